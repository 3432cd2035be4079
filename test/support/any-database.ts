import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../../engines/host/ports.js";
import { sleep } from "../../runtime/wait.js";
import type { Report } from "../../sync/verify/report/report.js";
import type { Database } from "../databases/database.js";
import { load } from "../databases/load.js";
import { freshDatabase } from "../migrations/fresh-database.js";
import { openTestStore } from "../stores/elasticsearch/test-store.js";
import { type Ended, runCli, startCli } from "./cli.js";
import { defineInCassandra } from "./drop.js";
import { engineUrls } from "./engines.js";

/** A database that is not ours, and what its user does with it: commands, and edits of the catalog's files. */
export interface AnyDatabase extends AsyncDisposable {
  readonly rows: ReadonlyMap<string, number>;
  sluice(...args: readonly string[]): Promise<Ended>;
  /** Replaces text in a file of the catalog. @throws when it is not there */
  edit(file: string, from: string, to: string): Promise<void>;
  change(...statements: readonly string[]): Promise<void>;
  /** Sync into SQLite, Cassandra and Elasticsearch at once, until the end of the scope. */
  sync(): AsyncDisposable;
  /** Once sync has begun to write. */
  verified(): Promise<Report>;
  /** A gateway of SQLite alone, or of Cassandra and Elasticsearch. */
  gateway(of: "embedded" | "served"): Promise<Gateway>;
}

export interface Gateway extends AsyncDisposable {
  ask(role: string, query: string): Promise<Answer>;
}

export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

const unstopped = new AbortController().signal;

export async function openAnyDatabase(purpose: string, made: Database): Promise<AnyDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-any-")), catalog = join(folder, "catalog");
  const database = await freshDatabase(purpose), indices = openTestStore();
  const { cassandra } = engineUrls();
  await database.server.query(`CREATE DATABASE ${database.name} CHARACTER SET utf8mb4`);
  await database.server.query(`USE ${database.name}`);
  await load(database.server, made);
  const keyspace = new URL(`/${database.name}?replication=1`, cassandra);
  const stores = { embedded: `sqlite://${join(folder, "store.db")}`, served: `${keyspace.href},${indices.url.href}` };
  const environment = (of: string) => ({
    SLUICE_MYSQL_URL: database.url.href, SLUICE_STORES: of, SLUICE_CATALOG: catalog, SLUICE_DATA_DIR: folder, SLUICE_OUT: catalog,
  });
  const everywhere = environment(`${stores.embedded},${stores.served}`);
  const sluice = (...args: readonly string[]) => runCli(args, everywhere);
  const starting = (args: readonly string[], env: Readonly<Record<string, string>>) => {
    const running = startCli(args, env);
    return { ...running, [Symbol.asyncDispose]: async () => {
      running.process.kill("SIGTERM");
      await running.ended;
    } };
  };

  return {
    rows: made.rows,
    sluice,
    async edit(file, from, to) {
      const path = join(catalog, file), text = await readFile(path, "utf8");
      if (!text.includes(from)) throw new Error(`${file} does not say ${from}, but\n${text}`);
      await writeFile(path, text.replace(from, () => to));
    },
    async change(...statements) {
      for (const statement of statements) await database.server.query(statement);
    },
    sync: () => starting(["sync", "--sync-port", "0"], everywhere),
    async verified() {
      for (const late = Date.now() + 480_000; ;) {
        const { code, stdout, stderr } = await sluice("verify", "--json", "--wait", "240");
        if (code !== 2) return JSON.parse(stdout) as Report;
        if (Date.now() > late) throw new Error(stderr);
        await sleep(500, unstopped);
      }
    },
    async gateway(of) {
      const [port, operationsPort] = await freePorts(2);
      const running = starting(
        ["gateway", "--development", "--port", String(port), "--operations-port", String(operationsPort)], environment(stores[of]),
      );
      const api = `http://127.0.0.1:${port}`;
      for (let isUp = false; !isUp; await sleep(200, unstopped)) {
        if (running.process.exitCode !== null) throw new Error((await running.ended).stderr);
        isUp = await fetch(api).then(() => true, () => false);
      }
      return {
        async ask(role, query) {
          const token = (await sluice("token", "--role", role)).stdout.trim();
          const answer = await fetch(`${api}/graphql`, {
            method: "POST", body: JSON.stringify({ query }),
            headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
          });
          return await answer.json() as Answer;
        },
        [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
      };
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await defineInCassandra(cassandra, `DROP KEYSPACE IF EXISTS ${database.name}`);
      await indices[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** How many rows of each table were compared, where every store has as many. */
export function rowsCompared({ tables }: Report): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { store, table, rows } of tables) {
    const other = found.get(table) ?? rows;
    if (other !== rows) throw new Error(`${store} has ${rows} rows of ${table}, another ${other}`);
    found.set(table, rows);
  }
  return found;
}
