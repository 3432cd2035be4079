import { escapeId, type RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import type { Catalog } from "../../../schema/catalog.js";
import type { Position } from "../../../schema/position.js";
import { type BinlogStart, isBefore, type FileOffset, type QueryEvent } from "../binlog/event.js";
import { GtidSet } from "../binlog/gtid.js";
import { type BinlogReaderOptions, readBinlog } from "../binlog/reader.js";
import type { TableDefinition, TableDefinitions } from "../binlog/rows/definitions.js";
import type { Reading } from "../connection/reading.js";
import { headOf, serverOf } from "../connection/server.js";
import { effectOf } from "../statement/classify.js";
import { Followed } from "../statement/effect.js";
import { definitionOf, type WholeColumnRecord } from "./table-definition.js";

/**
 * Gives the definitions of the live tables, for a log with MINIMAL metadata.
 * A definition is used for a row only if the log between the two has no statement that could have changed the table. So a pass through the
 * log follows each reading: from where the reader stands to where the log ended when the definitions were read.
 * A change made with `sql_log_bin = 0` leaves no trace in the log and is not seen.
 */
export class LiveDefinitions implements TableDefinitions {
  readonly #tables = new Map<string, Known>();
  readonly #followed: Followed;

  /** `options`: how to pass through the log beside the reader that asks. */
  constructor(
    readonly reading: Reading, readonly catalog: Catalog, readonly database: string,
    readonly options: Omit<BinlogReaderOptions, "start" | "tables">,
  ) {
    this.#followed = new Followed(database, catalog);
  }

  async renew(start: BinlogStart, signal: AbortSignal): Promise<void> {
    for (;;) {
      const read = await this.reading.ask((connection) => this.#read(connection), signal);
      const changes = await this.#changes(start, read.after, signal);
      // Nothing tells whether such a change came before or after the reading.
      if (changes.some((change) => !isIn(change, read.before))) continue;
      for (const { table } of this.catalog.entities) {
        const pending = new Map(changes.filter(({ tables }) => tables.includes(table)).map((change) => [change.key, change]));
        const next = read.definitions.get(table)!;
        const last = this.#tables.get(table)?.now;
        this.#tables.set(
          table, { now: pending.size === 0 ? next : typeof last === "object" ? last : changedLater(pending), next, pending },
        );
      }
      return;
    }
  }

  passed(statement: QueryEvent, gtid: string): boolean {
    const key = keyOf(statement, gtid);
    let isNew = false;
    for (const table of this.#redefined(statement)) {
      const known = this.#tables.get(table)!;
      if (known.pending.delete(key)) known.now = known.pending.size === 0 ? known.next : changedLater(known.pending);
      else {
        known.now = "the statement that changed it is part of a larger transaction";
        isNew = true;
      }
    }
    return isNew;
  }

  of(database: string, table: string): TableDefinition | string {
    return (database === this.database && this.#tables.get(table)?.now) || "its definition was not read";
  }

  /** The tables whose columns the statement may have changed. */
  #redefined(statement: QueryEvent): readonly string[] {
    return effectOf(statement, this.#followed).columns;
  }

  /**
   * Reads the definitions, and where the log ended before and after.
   * A statement that changes a table is in the log, or visible, before it lets go of the table's lock. A reader that opens the table waits
   * for that lock, so no statement is half done when the log's end is asked for.
   */
  async #read(connection: Connection): Promise<{ before: Position; after: Position; definitions: Map<string, TableDefinition | string> }> {
    const server = await serverOf(connection);
    const before = await headOf(connection, server);
    await this.#opened(connection);
    const [records] = await connection.query<(WholeColumnRecord & RowDataPacket)[]>(
      "SELECT * FROM information_schema.columns WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, ORDINAL_POSITION", [this.database]);
    const [keys] = await connection.query<RowDataPacket[]>(
      "SELECT TABLE_NAME AS name, COLUMN_NAME AS part FROM information_schema.statistics " +
        "WHERE TABLE_SCHEMA = ? AND INDEX_NAME = 'PRIMARY' ORDER BY TABLE_NAME, SEQ_IN_INDEX",
      [this.database],
    );
    const problems = await this.#opened(connection);
    const definitions = new Map(this.catalog.entities.map(({ table }) => [table, problems.get(table) ?? definitionOf(

        records.filter((record) => record.TABLE_NAME === table), keys.filter(({ name }) => name === table).map(({ part }) => String(part)),
      )]));
    return { before, after: await headOf(connection, server), definitions };
  }

  /** Opens each table once, and says which cannot be opened. */
  async #opened(connection: Connection): Promise<Map<string, string>> {
    const problems = new Map<string, string>();
    for (const { table } of this.catalog.entities) {
      try {
        await connection.query(`SELECT 1 FROM ${escapeId(this.database, true)}.${escapeId(table, true)} LIMIT 0`);
      } catch (error) {
        if (!/^ER_/.test(String((error as { code?: string }).code))) throw error;
        problems.set(table, (error as Error).message);
      }
    }
    return problems;
  }

  /** The statements after `start`, up to where the log ended, that may have changed tables of the catalog. */
  async #changes(start: BinlogStart, end: Position, signal: AbortSignal): Promise<Change[]> {
    // Places compare only within one server's log, and another server may answer now.
    const executed = "gtids" in start ? GtidSet.parse(start.gtids) : null, wanted = GtidSet.parse(end.gtids);
    if ("gtids" in start ? executed!.contains(wanted) : !isBefore(start, end)) return [];
    const changes: Change[] = [];
    let gtid = "";
    for await (const events of readBinlog({ ...this.options, start, tables: () => false }, signal)) {
      for (const event of events) {
        if (event.type === "gtid") gtid = event.gtid;
        const tables = event.type === "query" ? this.#redefined(event) : [];
        if (event.type === "query" && tables.length > 0) changes.push({
          key: keyOf(event, gtid), gtid, tables, place: event, statement: event.statement,
        });
        const ended = event.type === "commit" || event.type === "rollback";
        if (ended && event.gtid) executed?.addGtid(event.gtid);
        if (event.type === "heartbeat" || (ended && (executed ? executed.contains(wanted) : !isBefore(event, end)))) return changes;
      }
    }
    signal.throwIfAborted();
    return changes;
  }
}

interface Known {
  /** What holds where the reader stands, or why that is not known. */
  now: TableDefinition | string;
  /** What holds once all pending changes have passed. */
  readonly next: TableDefinition | string;
  readonly pending: Map<string, Change>;
}

interface Change {
  readonly key: string;
  readonly gtid: string;
  readonly tables: readonly string[];
  readonly place: FileOffset;
  readonly statement: string;
}

/** The key of a statement: the same when it comes again, after a reconnect or in a second pass. */
function keyOf({ file, offset }: FileOffset, gtid: string): string {
  return gtid || `${file}:${offset}`;
}

function isIn({ gtid, place }: Change, head: Position): boolean {
  return gtid && head.gtids ? GtidSet.parse(head.gtids).contains(GtidSet.parse(gtid)) : !isBefore(head, place);
}

function changedLater(pending: ReadonlyMap<string, Change>): string {
  const { statement, place } = [...pending.values()].at(-1)!;
  return `the table was changed after these rows, by ${statement.slice(0, 200)} (${place.file}, ${place.offset})`;
}
