import { randomBytes } from "node:crypto";
import { connect } from "../../../stores/cassandra/connection/connect.js";
import type { Session } from "../../../stores/cassandra/connection/session.js";
import { engineUrls } from "../../support/engines.js";

/** A keyspace that is new, and a session in it to look behind the store's back. It is dropped at the end. */
export interface FreshKeyspace extends AsyncDisposable {
  readonly url: URL;
  readonly session: Session;
}

export async function freshKeyspace(): Promise<FreshKeyspace> {
  const url = new URL(engineUrls().cassandra);
  url.pathname = `/sluice_test_${randomBytes(6).toString("hex")}`;
  url.searchParams.set("replication", "1");
  const session = await connect(url);
  return {
    url,
    session,
    async [Symbol.asyncDispose]() {
      await session.define(`DROP KEYSPACE "${session.keyspace}"`);
      await session[Symbol.asyncDispose]();
    },
  };
}
