import { openSink, openStore } from "../../../stores/cassandra/open.js";
import { contractCatalog } from "../../contract/entities.js";
import { storeContract } from "../../contract/store-contract.js";
import { freshKeyspace } from "./fresh-keyspace.js";

storeContract("cassandra", async () => {
  const keyspace = await freshKeyspace();
  const sink = await openSink(keyspace.url, contractCatalog);
  const store = await openStore(keyspace.url, contractCatalog);
  return {
    sink,
    store,
    capabilities: { rows: true, search: false },
    reopen: async (catalog) => ({ sink: await openSink(keyspace.url, catalog), store: await openStore(keyspace.url, catalog) }),
    async dispose() {
      await sink[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await keyspace[Symbol.asyncDispose]();
    },
  };
});
