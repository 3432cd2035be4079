import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import type { BinlogEvent, BinlogStart, RowsEvent } from "../../../../../sync/mysql/binlog/event.js";
import { readBinlog, type BinlogReaderOptions } from "../../../../../sync/mysql/binlog/reader.js";
import { engineUrls } from "../../../../support/engines.js";

/** A MySQL or MariaDB server and a database of the test's own in it. */
export interface Source extends AsyncDisposable {
  readonly database: string;
  readonly isMariadb: boolean;
  readonly db: Connection;
  run(sql: string): Promise<void>;
  select(sql: string): Promise<readonly (readonly unknown[])[]>;
  /** The place where the log ends now. */
  here(): Promise<BinlogStart>;
  /** Every event of this database (and every end of a transaction) from there until now. */
  events(from: BinlogStart, options?: Partial<BinlogReaderOptions>): Promise<BinlogEvent[]>;
  /** The events that these statements write. */
  written(sql: string, options?: Partial<BinlogReaderOptions>): Promise<RowsEvent[]>;
  options(from: BinlogStart): BinlogReaderOptions;
}

/** Other tests write to the same server. Only the ends of their transactions show, because rows of other databases are not decoded. */
function ours(events: readonly BinlogEvent[]): BinlogEvent[] {
  const isEmpty = (at: number) => {
    const [begin, end] = [events[at], events[at + 1]];
    return begin?.type === "gtid" && end?.type === "commit" && !end.xa;
  };
  return events.filter((_, at) => !isEmpty(at) && !isEmpty(at - 1));
}

/** Every kind of source that the reader must support. */
export function sourceUrls(): readonly [name: string, url: string][] {
  return [["MySQL", engineUrls().mysql], ["MariaDB", engineUrls().mariadb]];
}

export async function openSource(url = engineUrls().mysql): Promise<Source> {
  const { hostname: host, port, username: user, password } = new URL(url);
  const connection = { host, port: Number(port || 3306), user: decodeURIComponent(user), password: decodeURIComponent(password) };
  const database = `binlog_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
  const db = await createConnection({
    ...connection, multipleStatements: true, supportBigNumbers: true, bigNumberStrings: true, charset: "utf8mb4",
  });
  await db.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4; USE ${database}; SET time_zone='+00:00'`);
  const select = async (sql: string): Promise<unknown[][]> =>
    (await db.query<RowDataPacket[][]>({ sql, rowsAsArray: true }))[0] as unknown as unknown[][];
  const isMariadb = String((await select("SELECT VERSION()"))[0]![0]).includes("MariaDB");
  const source: Source = {
    database, isMariadb, db, select,
    run: async (sql) => { await db.query(sql); },
    here: async () => ({
      gtids: String((await select(isMariadb ? "SELECT @@GLOBAL.gtid_binlog_pos" : "SELECT @@GLOBAL.gtid_executed"))[0]![0]),
    }),
    options: (start) => ({ connection, serverId: 1e9 + Math.floor(Math.random() * 1e9), start, tables: (name) => name === database }),
    events: async (from, options) => {
      const marker = `marker_${Math.random().toString(36).slice(2)}`;
      await db.query(`CREATE TABLE ${marker} (a INT)`);
      const stop = new AbortController(), found: BinlogEvent[] = [];
      for await (const events of readBinlog({ ...source.options(from), ...options }, stop.signal)) {
        for (const event of events) {
          if (event.type === "query" && event.statement.includes(marker)) return ours(found);
          if (event.type !== "query" || event.database === database) found.push(event);
        }
      }
      return found;
    },
    written: async (sql, options) => {
      const from = await source.here();
      await source.run(sql);
      return (await source.events(from, options)).filter((event) => event.type === "rows");
    },
    [Symbol.asyncDispose]: async () => {
      await db.query(`DROP DATABASE IF EXISTS ${database}`);
      await db.end();
    },
  };
  return source;
}
