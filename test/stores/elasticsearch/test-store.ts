import { randomBytes } from "node:crypto";
import { Client } from "@elastic/elasticsearch";
import { engineUrls } from "../../support/engines.js";

/** A prefix of its own on the shared server, emptied at the end. */
export interface TestStore extends AsyncDisposable {
  readonly client: Client;
  readonly prefix: string;
  /** The URL as a user writes it. */
  readonly url: URL;
  /** Makes everything that is written searchable. */
  refresh(): Promise<void>;
}

export function openTestStore(options = ""): TestStore {
  const server = new URL(engineUrls().elasticsearch);
  const prefix = `test-${randomBytes(5).toString("hex")}`;
  const client = new Client({ node: server.href });
  return {
    client, prefix,
    url: new URL(`elasticsearch://${server.host}/${prefix}${options}`),
    async refresh() {
      await client.indices.refresh({ index: `${prefix}-*` });
    },
    async [Symbol.asyncDispose]() {
      const indices = Object.keys(await client.indices.get({ index: `${prefix}-*` }));
      // The names stand in the first line of the request, which the server limits.
      while (indices.length > 0) await client.indices.delete({ index: indices.splice(0, 50) });
      await client.close();
    },
  };
}
