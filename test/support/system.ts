import { fill, stream, type Streamed } from "../../generator/main.js";
import { migrate } from "../../migrations/migrate.js";
import { totesys } from "./totesys.js";
import { openStore } from "../../stores/open.js";
import type { Store } from "../../stores/ports.js";
import { openMysqlSource } from "../../sync/mysql/source.js";
import type { Source } from "../../sync/source.js";
import type { Report } from "../../sync/verify/report/report.js";
import { verify } from "../../sync/verify/verify.js";
import { freshDatabase } from "../migrations/fresh-database.js";
import { freshKeyspace } from "../stores/cassandra/fresh-keyspace.js";
import { openTestStore } from "../stores/elasticsearch/test-store.js";
import { place } from "../stores/embedded/test-store.js";

/** A migrated and filled database, and a new place in each store. All are gone at the end. */
export interface System extends AsyncDisposable {
  readonly mysql: URL;
  readonly stores: readonly URL[];
  readonly source: Source;
  /** Trades until it is stopped, at the latest with the system. */
  trade(rate: number): Trading;
  /** Resolves once every store has caught up; 0 does not wait. */
  verified(waitMs?: number): Promise<Report>;
  /** The same places, open for reading. */
  reading<T>(use: (stores: readonly Store[]) => Promise<T>): Promise<T>;
  query(sql: string): Promise<void>;
}

export interface Trading extends AsyncDisposable {
  /** Stops it and returns what was done. */
  end(): Promise<Streamed>;
}

const unstopped = new AbortController().signal;

export async function openSystem(purpose: string, rows: number): Promise<System> {
  const closing: AsyncDisposable[] = [];
  const opened = <T extends AsyncDisposable>(what: T): T => {
    closing.unshift(what);
    return what;
  };
  const database = opened(await freshDatabase(purpose));
  await migrate(database.url);
  await fill({ mysql: database.url, seed: 1, rows, until: Date.UTC(2026, 0, 1) }, unstopped, () => undefined);
  const stores = [opened(await place()).url, opened(await freshKeyspace()).url, opened(openTestStore()).url];
  const source = opened(openMysqlSource(database.url, totesys, purpose, unstopped));

  async function reading<T>(use: (stores: readonly Store[]) => Promise<T>): Promise<T> {
    const open = await Promise.all(stores.map((url) => openStore(url)));
    try {
      return await use(open);
    } finally {
      await Promise.all(open.map((store) => store[Symbol.asyncDispose]()));
    }
  }
  return {
    mysql: database.url,
    stores,
    source,
    reading,
    trade(rate) {
      const enough = new AbortController();
      const done = stream({ mysql: database.url, seed: 1, rate, connections: 2 }, enough.signal, () => undefined);
      const end = () => {
        enough.abort();
        return done;
      };
      return { end, [Symbol.asyncDispose]: async () => void (await end()) };
    },
    verified: (waitMs = 90_000) => reading((open) => verify({ source, stores: open, catalog: totesys, waitMs }, unstopped)),
    async query(sql) {
      await database.server.query(`USE ${database.name}`);
      await database.server.query(sql);
    },
    async [Symbol.asyncDispose]() {
      for (const each of closing) await each[Symbol.asyncDispose]();
    },
  };
}
