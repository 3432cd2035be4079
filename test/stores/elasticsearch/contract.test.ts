import { openSink, openStore } from "../../../stores/open.js";
import { contractCatalog } from "../../contract/entities.js";
import { storeContract } from "../../contract/store-contract.js";
import { openTestStore } from "./test-store.js";

storeContract("elasticsearch", async () => {
  const place = openTestStore();
  const sink = await openSink(place.url, contractCatalog);
  const store = await openStore(place.url, contractCatalog);
  return {
    sink, store,
    capabilities: { rows: true, search: true },
    settle: () => place.refresh(),
    async reopen(catalog) {
      return { sink: await openSink(place.url, catalog), store: await openStore(place.url, catalog) };
    },
    async dispose() {
      await sink[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
});
