import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { connectMysql, serverUrl } from "../../runtime/mysql/mysql.js";
import type { Catalog } from "../../schema/catalog.js";
import type { Change, UnheldChange } from "../../schema/change.js";
import type { Entity, Lookup, Row } from "../../schema/entity.js";
import type { Field, FieldType } from "../../schema/fields.js";
import { openSink, openStore } from "../../stores/open.js";
import type { Store, TableSink, Writer } from "../../stores/ports.js";
import { type ColumnRecord, factsOf } from "../../sync/mysql/row/columns.js";
import { typeOf } from "../../sync/mysql/row/type-of.js";
import { openMysqlSource } from "../../sync/mysql/source.js";
import { entity } from "../support/declare.js";
import { engineUrls } from "../support/engines.js";
import { startMysql } from "../support/mysql-server.js";
import { freshKeyspace } from "../stores/cassandra/fresh-keyspace.js";
import { openTestStore } from "../stores/elasticsearch/test-store.js";
import { place } from "../stores/embedded/test-store.js";
import type { Column } from "./types.js";

export interface Database extends AsyncDisposable {
  readonly url: URL;
  readonly name: string;
  readonly isMinimal: boolean;
  readonly server: Connection;
  run(sql: string): Promise<unknown>;
  /** Reads rows as lists, by the binary protocol. */
  list(sql: string): Promise<(string | number | null)[][]>;
}

export type Metadata = "FULL" | "MINIMAL";

/** A database of the test's own, on a server whose binary log names the columns, or leaves that out. */
export async function openDatabase(name: string, metadata: Metadata): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-kinds-"));
  const own = metadata === "FULL" ? null : await startMysql({ dataDir: folder, fresh: true, flags: { "binlog-row-metadata": "MINIMAL" } });
  const url = new URL(own?.url ?? engineUrls().mysql);
  url.pathname = `/${name}`;
  const server = await connectMysql(serverUrl(url));
  const drop = () => server.query(`DROP DATABASE IF EXISTS ${name}`);
  await drop();
  await server.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await server.query(`USE ${name}`);
  // MySQL then takes every value that its columns can hold.
  await server.query("SET sql_mode = 'ALLOW_INVALID_DATES'");
  return {
    url, name, server, isMinimal: own !== null,
    run: (sql) => server.query(sql),
    list: async (sql) => (await server.execute({ sql, rowsAsArray: true }))[0] as unknown as (string | number | null)[][],
    async [Symbol.asyncDispose]() {
      await drop();
      await server.end();
      await own?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const field = (type: FieldType, nullable = true): Field => ({ type, class: "public", description: "A value.", nullable });

/** The type of each column: what MySQL says of it, unless the catalog says more. */
export async function typesOf({ server, name }: Database, table: string, columns: readonly Column[]): Promise<FieldType[]> {
  const [records] = await server.query<(ColumnRecord & RowDataPacket)[]>(
    "SELECT * FROM information_schema.columns WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?", [name, table],
  );
  return columns.map(({ as }, i) => as ?? typeOf(factsOf(records.find(({ COLUMN_NAME }) => COLUMN_NAME === `v${i}`)!)!));
}

export function tableOf(
  table: string, key: readonly string[], fields: Readonly<Record<string, Field>>, lookups: readonly Lookup[] = [],
): Entity {
  return { ...entity(table, { description: "Values.", key, fields, owner: { kind: "everyone" } }), lookups };
}

export type Seen = Change | UnheldChange;

/** What the stream brings while `work` runs, and what a copy then finds, by table. */
export async function followed(
  database: Database, catalog: Catalog, work: () => Promise<void>,
): Promise<{ readonly streamed: readonly Seen[]; readonly copied: ReadonlyMap<string, readonly Seen[]> }> {
  const stop = new AbortController();
  await using source = openMysqlSource(database.url, catalog, database.name, stop.signal, { allowMinimalMetadata: database.isMinimal });
  const start = await source.head();
  await work();
  const end = await source.head(), streamed: Seen[] = [], copied = new Map<string, readonly Seen[]>();
  for await (const messages of source.stream(start, stop.signal)) {
    streamed.push(...messages.filter((message) => message.op !== "commit" && "key" in message) as Seen[]);
    if (messages.some((message) => message.op === "commit" && source.reached(message.position, end))) stop.abort();
  }
  for (const of of catalog.entities) {
    const found: Seen[] = [];
    for await (const rows of source.snapshot(of, null, new AbortController().signal)) found.push(...rows);
    copied.set(of.table, found);
  }
  return { streamed, copied };
}

/** The rows of a table, each of which its kinds must hold. */
export const rowsOf = (seen: readonly Seen[], { table }: Entity): Row[] => seen.filter(({ entity }) => entity === table).map((one) => {
  if (one.op === "unheld") throw new Error(`${table} ${one.key.join()}: ${one.reason}`);
  return (one as { after: Row }).after;
});

export interface Opened extends AsyncDisposable {
  readonly each: readonly { readonly sink: TableSink; readonly writer: Writer; readonly store: Store }[];
  /** Makes everything that is written searchable. */
  refresh(): Promise<void>;
}

/** All three stores, prepared for the catalog. */
export async function openStores(catalog: Catalog): Promise<Opened> {
  const [file, keyspace, search] = [await place(), await freshKeyspace(), openTestStore()];
  const each: { readonly sink: TableSink; readonly writer: Writer; readonly store: Store }[] = [];
  for (const { url } of [file, keyspace, search]) {
    const sink = await openSink(url);
    each.push({ sink, writer: await sink.prepare(catalog), store: await openStore(url) });
  }
  return {
    each,
    refresh: () => search.refresh(),
    async [Symbol.asyncDispose]() {
      for (const { sink, store } of each) {
        await sink[Symbol.asyncDispose]();
        await store[Symbol.asyncDispose]();
      }
      for (const each of [file, keyspace, search]) await each[Symbol.asyncDispose]();
    },
  };
}
