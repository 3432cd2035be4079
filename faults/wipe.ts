import { rm } from "node:fs/promises";
import { Client } from "@elastic/elasticsearch";
import { connect } from "../stores/cassandra/connection/connect.js";

/** Removes everything a store holds, as if its disk had been lost. No process may have the store open. */
export async function wipe(store: URL): Promise<void> {
  switch (store.protocol) {
    case "sqlite:":
      await Promise.all(["", "-wal", "-shm"].map((end) => rm(decodeURIComponent(store.pathname) + end, { force: true })));
      return;
    case "cassandra:": {
      await using session = await connect(store);
      return await session.define(`DROP KEYSPACE IF EXISTS "${session.keyspace}"`);
    }
    case "elasticsearch:": {
      const client = new Client({ node: `http://${store.host}` });
      const indices = Object.keys(await client.indices.get({ index: `${store.pathname.slice(1)}-*` }));
      if (indices.length > 0) await client.indices.delete({ index: indices });
      return await client.close();
    }
    default: throw new Error(`${store.protocol} cannot be wiped`);
  }
}
