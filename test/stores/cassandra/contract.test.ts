import { openSink, openStore } from "../../../stores/cassandra/open.js";
import { storeContract } from "../../contract/store-contract.js";
import { freshKeyspace } from "./fresh-keyspace.js";

storeContract("cassandra", async () => {
  const keyspace = await freshKeyspace();
  const sink = await openSink(keyspace.url);
  const store = await openStore(keyspace.url);
  return {
    sink,
    store,
    capabilities: { rows: true, search: false },
    reopen: async (name) => ({ sink: await openSink(keyspace.url, name), store: await openStore(keyspace.url, name) }),
    async dispose() {
      await sink[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await keyspace[Symbol.asyncDispose]();
    },
  };
});
