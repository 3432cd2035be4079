import type { Client as Elasticsearch } from "@elastic/elasticsearch";
import type { Client as Cassandra } from "cassandra-driver";
import type { Catalog } from "../../schema/catalog.js";
import type { Change } from "../../schema/change.js";
import { type Entity, keyText, lookupTable, type Row } from "../../schema/entity.js";
import { openMysqlSource } from "../../sync/mysql/source.js";
import { catalogIn } from "../database.js";
import { bareCassandra, bareElasticsearch, nameOf } from "./stores.js";
import type { Workload } from "./workload.js";

/** What a loop of the drivers alone has to do. */
export interface BareWork {
  readonly mysql: string;
  readonly stores: readonly string[];
  readonly workload: Workload;
}

/**
 * Writes the workload's rows, which are in memory when the clock starts, with nothing but the drivers,
 * all stores at once in one process, like sync.
 * Returns the seconds until all are written.
 */
export async function runBare({ mysql, stores, workload }: BareWork): Promise<number> {
  const catalog = await catalogIn(new URL(mysql));
  const changes = await changesOf(new URL(mysql), catalog, workload);
  const loops = await Promise.all(stores.map(async (text) => {
    const url = new URL(text), prefix = url.pathname.slice(1);
    if (nameOf(url) === "elasticsearch") {
      const client = bareElasticsearch(url);
      return { run: () => bulkLoop(client, prefix, changes), end: () => client.close() };
    }
    const client = await bareCassandra(url);
    return { run: () => insertLoop(client, catalog, changes), end: () => client.shutdown() };
  }));
  const began = performance.now();
  await Promise.all(loops.map(({ run }) => run()));
  const seconds = (performance.now() - began) / 1000;
  await Promise.all(loops.map(({ end }) => end()));
  return seconds;
}

async function changesOf(mysql: URL, catalog: Catalog, { from, rows }: Workload): Promise<readonly Change[]> {
  const stop = new AbortController(), changes: Change[] = [];
  await using source = openMysqlSource(mysql, catalog, "bench", stop.signal);
  for await (const messages of source.stream(from, stop.signal)) {
    for (const message of messages) if ("after" in message) changes.push(message);
    if (changes.length >= rows) stop.abort();
  }
  if (changes.length !== rows) throw new Error(`the binary log has ${changes.length} row events, not ${rows}`);
  return changes;
}

const inFlight = 512;

/** Runs one prepared statement a row and a lookup entry, with as many in flight as the server gains from. */
async function insertLoop(client: Cassandra, catalog: Catalog, changes: readonly Change[]): Promise<void> {
  const statementsOf = new Map(catalog.entities.map((of) => [of.table, statements(of)]));
  let next = 0, queue: [string, unknown[]][] = [];
  const worker = async (): Promise<void> => {
    for (;;) {
      while (queue.length === 0) {
        const change = changes[next++];
        if (!change) return;
        queue = statementsOf.get(change.entity)!(change);
      }
      const [query, params] = queue.pop()!;
      await client.execute(query, params, { prepare: true });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

/** The statements of a change: into and out of the table of rows and each lookup's. The driver makes bytes of the values. */
function statements(of: Entity): (change: Change) => [string, unknown[]][] {
  const names = Object.keys(of.fields);
  const tables = [{ table: of.table, by: null, key: of.key }, ...of.lookups.map((lookup) => ({
    table: lookupTable(of, lookup), by: lookup.by, key: [...new Set([lookup.by, lookup.orderBy, ...of.key])],
  }))].map(({ table, by, key }) => ({
    by, key,
    insert: `INSERT INTO ${table} (${names.join(", ")}, sluice_version) VALUES (${names.map(() => "?").join(", ")}, ?) USING TIMESTAMP ?`,
    remove: `DELETE FROM ${table} USING TIMESTAMP ? WHERE ${key.map((column) => `${column} = ?`).join(" AND ")}`,
  }));
  return ({ before, after, version }) => {
    const stamp = BigInt(version);
    const row = after && [...names.map((name) => after[name]), stamp, stamp];
    return tables.flatMap(({ by, key, insert, remove }) => {
      const held = (image: Row | null): image is Row => image !== null && (by === null || image[by] !== null);
      const moved = held(before) && !(held(after) && key.every((column) => after[column] === before[column]));
      return [
        ...(held(after) ? [[insert, row!] as [string, unknown[]]] : []),
        ...(moved ? [[remove, [stamp, ...key.map((column) => before[column])]] as [string, unknown[]]] : []),
      ];
    });
  };
}

const bulkDocuments = 2_000, bulksInFlight = 2;

/** Sends bulks of the client, two in flight. If a newer version is there already, that is no error. */
async function bulkLoop(client: Elasticsearch, prefix: string, changes: readonly Change[]): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < changes.length) {
      const some = changes.slice(next, next += bulkDocuments);
      const operations = some.flatMap(({ entity, key, version, after }) => {
        const id = keyText(key), ours = { sluice_key: id, sluice_version: version };
        return [
          { index: { _index: `${prefix}-${entity}`, _id: id, version, version_type: "external" } },
          after ? { ...ours, ...after } : { ...ours, sluice_deleted: true },
        ];
      });
      const { errors, items } = await client.bulk({ operations, filter_path: "errors,items.*.status" });
      if (errors && items.some((item) => item.index!.status >= 300 && item.index!.status !== 409))
        throw new Error("Elasticsearch refused a document");
    }
  };
  await Promise.all(Array.from({ length: bulksInFlight }, worker));
}
