import { openSink, openStore } from "../../../stores/open.js";
import { storeContract } from "../../contract/store-contract.js";
import { openTestStore } from "./test-store.js";

storeContract("elasticsearch", async () => {
  const place = openTestStore();
  const sink = await openSink(place.url);
  const store = await openStore(place.url);
  return {
    sink, store,
    capabilities: { rows: true, search: true },
    settle: () => place.refresh(),
    async reopen(name) {
      return { sink: await openSink(place.url, name), store: await openStore(place.url, name) };
    },
    async dispose() {
      await sink[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
});
