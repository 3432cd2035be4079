import type { Catalog } from "../../../schema/catalog.js";
import type { Change, ChangeSource, Message, Recopy, UnheldChange } from "../../../schema/change.js";
import { nextVersion, type Position, type Version, versionStep } from "../../../schema/position.js";
import {
  type BinlogEvent, type CommitEvent, type GtidEvent, type HeartbeatEvent, isBefore, type FileOffset, type QueryEvent, type RollbackEvent,
  type RowsEvent, type TableMap,
} from "../binlog/event.js";
import { GtidSet } from "../binlog/gtid.js";
import { SourceDiverged } from "../errors.js";
import { zonedIn } from "../row/zones.js";
import { shapeProblems, type RowChanges, rowChanges } from "./row-changes.js";
import { plausible } from "./commit-time.js";
import { copyEverything, type StatementMessages } from "./statement-messages.js";

/**
 * Turns the binary log's events into messages. It holds the state of one reader: what it has executed, the last version given out, and the
 * row readers of the table maps seen.
 * A transaction that touches no table of the catalog still moves the position.
 */
export class EventMessages {
  #executed: GtidSet;
  #version: Version;
  /** The version of the last commit: a repeated transaction begins again there. */
  #committed: Version;
  #place: FileOffset;
  /** What proves whose log it is. `format` is that of the current file, which the place may not have reached. */
  #last: Position["last"];
  #begun: Position["begun"];
  #format: Position["begun"];
  #stamp = 0;
  /** The first event of the open transaction, and what its changes say of it. */
  #first: GtidEvent | null = null;
  #source: ChangeSource | null = null;
  /** Whether the server of this connection was named. */
  #isConnected = false;
  /** The tables with rows in the open transaction. */
  readonly #open = new Set<string>();
  /** Kept until the end of the transaction: its position is then named as well, so that the copy does not begin before it. */
  #recopies: Recopy[] = [];
  /** Whether a transaction has begun and not ended. */
  #isWithin = false;
  /** XA transactions that were prepared without a row of the catalog: their commit changes nothing here. */
  readonly #harmless = new Set<string>();
  readonly #readers = new WeakMap<TableMap, RowChanges>();

  constructor(
    readonly catalog: Catalog, readonly database: string, readonly after: Position, readonly statements: StatementMessages,
    readonly datetimeAhead = 0,
  ) {
    this.#executed = GtidSet.parse(after.gtids);
    this.#version = this.#committed = after.version;
    this.#place = after;
    this.#last = after.last;
    this.#begun = after.begun;
  }

  /** Gives the messages of these events. It names a position once, for the last transaction that ended among them (invariant 5). */
  read(events: readonly BinlogEvent[]): Message[] {
    const messages: Message[] = [];
    let end: CommitEvent | RollbackEvent | undefined;
    let [at, from] = [0, 0];
    for (const event of events) {
      switch (event.type) {
        case "gtid":
          this.#begin(event);
          from = messages.length;
          break;
        case "rows": this.#rows(event, messages); break;
        case "query": this.#query(event, messages); break;
        case "commit": case "rollback":
          if (event.type === "rollback") messages.length = from;
          this.#end(event);
          [end, at] = [event, messages.length];
          if (this.#recopies.length > 0) {
            messages.push(...this.#recopies.splice(0), this.#commit(event));
            end = undefined;
          }
          from = messages.length;
          break;
        case "resume":
          this.#again();
          this.#isConnected = false;
          break;
        // A heartbeat with events behind it is old: those may have been committed by the time they came.
        case "heartbeat": if (event === events.at(-1)) this.#idle(event, messages); break;
        case "format":
          if (!this.#isConnected) messages.push({ op: "connected", server: event.server });
          this.#isConnected = true;
          this.#format = event.begun;
          break;
        case "rotate": case "rows-query": break;
        default: event satisfies never;
      }
    }
    if (end) messages.splice(at, 0, this.#commit(end));
    return messages;
  }

  /**
   * By file, a position also passes what is no transaction, such as the beginning of the next
   * file. Otherwise it would never reach the head.
   */
  #idle({ receivedAt: at, file, offset }: HeartbeatEvent, messages: Message[]): void {
    if (this.after.server && !this.#isWithin && isBefore(this.#place, { file, offset })) {
      this.#place = { file, offset };
      this.#begun = this.#format;
      messages.push({ op: "commit", position: this.#position(this.#place), committedAt: this.#stamp });
    }
    messages.push(this.#isWithin ? { op: "idle", at } : { op: "idle", at, place: { file, offset } });
  }

  #begin(event: GtidEvent): void {
    this.#isWithin = true;
    this.#stamp = plausible(event);
    [this.#first, this.#source] = [event, null];
  }

  #rows(event: RowsEvent, messages: Message[]): void {
    if (event.table.database !== this.database) return;
    if (this.catalog.has(event.table.table)) this.#changes(event, messages);
    this.#cascade(event, messages);
  }

  #changes(event: RowsEvent, messages: Message[]): void {
    const { table } = event;
    const reader = this.#readers.get(table) ?? this.#readerOf(event);
    this.#open.add(table.table);
    const committedAt = this.#stamp || event.timestamp * 1_000_000;
    let next = nextVersion(this.#version, committedAt);
    const { file, offset } = this.#first ?? event;
    const source = this.#source ??= { gtid: this.#first?.gtid || null, file, offset, committedAt };
    for (const images of event.rows) next = reader.add(images, next, source, messages as (Change | UnheldChange)[]);
    this.#version = next - versionStep;
  }

  /** A change of a parent that the catalog does not have takes a version of its own, as what follows from it needs one. */
  #cascade(event: RowsEvent, messages: Message[]): void {
    const { cascading } = this.statements.options, cascade = cascading?.of(event, this.#version);
    if (!cascade) return;
    if (!this.catalog.has(event.table.table)) this.#step(event);
    for (const table of cascading!.below(cascade.hits.map(({ foreignKey }) => foreignKey.entity))) this.#open.add(table);
    messages.push({ ...cascade, version: this.#version });
  }

  #readerOf(event: RowsEvent): RowChanges {
    const { table } = event;
    const entity = this.catalog.entity(table.table);
    const problems = shapeProblems(entity, table);
    if (problems.length > 0) {
      throw new SourceDiverged(`table ${this.database}.${table.table} no longer fits the catalog: ${problems.join("; ")}`, event,
        `restart sync, which reads what the server has now; a column that is younger than these rows needs \`keep: false\` until sync has `
          + `passed them. Where neither helps: mend the table, then ${copyEverything}`);
    }
    const reader = rowChanges(entity, zonedIn(table, this.datetimeAhead));
    this.#readers.set(table, reader);
    return reader;
  }

  /**
   * Every statement takes a version, whatever its effect. So versions depend on the log alone, and a release that
   * understands statements better gives the same ones.
   * Only SAVEPOINT takes none, as BEGIN and COMMIT do.
   */
  #query(event: QueryEvent, messages: Message[]): void {
    if (event.statement.startsWith("SAVEPOINT ")) return;
    this.#step(event);
    if (event.statement.startsWith("ROLLBACK TO ")) return this.#rolledBack(event);
    const message = this.statements.read(event, this.#version);
    if (message?.op === "recopy") this.#recopies.push(message);
    else if (message) messages.push(message);
  }

  #step({ timestamp }: { readonly timestamp: number }): void {
    this.#version = nextVersion(this.#version, this.#stamp || timestamp * 1_000_000);
  }

  /**
   * The server logs a rollback only if the transaction also changed a table that cannot be rolled
   * back. It does not say which rows were taken back.
   */
  #rolledBack({ file, offset }: FileOffset): void {
    if (this.#open.size === 0) return;
    const reason = "was rolled back after rows had been logged, in a transaction with a table that cannot be "
      + `(binary log ${file}, ending at ${offset}); move that table to InnoDB`;
    this.#recopies.push({ op: "recopy", entities: [...this.#open], version: this.#version, reason });
  }

  #end(event: CommitEvent | RollbackEvent): void {
    if (event.type === "rollback") {
      this.#step(event);
      this.#rolledBack(event);
    } else if (event.xa) {
      // The server logs the second phase as a statement.
      if (event.xa.phase === "commit" || event.xa.phase === "rollback") this.#step(event);
      this.#xa(event, event.xa);
    }
    // A position by file stays one: if the server begins with GTIDs, the set would lack the transactions before.
    if (event.gtid && !this.after.server) {
      this.#executed.addGtid(event.gtid);
      this.#last = this.#stamp > 0 ? { gtid: event.gtid, committedAt: this.#stamp } : undefined;
    }
    this.#committed = this.#version;
    this.#place = event;
    this.#begun = this.#format;
    this.#isWithin = false;
    [this.#first, this.#source] = [null, null];
    this.#open.clear();
  }

  /**
   * Rows of a two-phase transaction are logged when it is prepared, and take effect later or
   * never. Only a one-phase commit is like any other.
   */
  #xa(event: CommitEvent, { phase, xid }: NonNullable<CommitEvent["xa"]>): void {
    const known = this.#harmless.delete(xid);
    if (phase === "one-phase" || phase === "rollback" || (phase === "commit" && known)) return;
    if (phase === "prepare" && this.#open.size === 0) {
      this.#harmless.add(xid);
      return;
    }
    throw new SourceDiverged(
      `the XA transaction ${xid} `
        + `${phase === "prepare" ? "changed tables of the catalog" : "was committed, and its rows came before the store's position"}; ` +
        "such rows are logged before it is known whether they take effect",
      event,
      `let the applications commit without XA, or in one phase, then ${copyEverything}`,
    );
  }

  /** Called when the connection stands again after a break: the transaction comes once more, with the versions it had. */
  #again(): void {
    this.#version = this.#committed;
    this.#isWithin = false;
    [this.#first, this.#source] = [null, null];
    this.#open.clear();
    this.#recopies = [];
  }

  #commit(event: CommitEvent | RollbackEvent): Message {
    return { op: "commit", position: this.#position(event), committedAt: this.#stamp || event.timestamp * 1_000_000 };
  }

  #position({ file, offset }: FileOffset): Position {
    const { server } = this.after;
    const proof = server ? { server, ...(this.#begun !== undefined && { begun: this.#begun }) } : this.#last && { last: this.#last };
    return { gtids: this.#executed.toString(), file, offset, ...proof, version: this.#committed };
  }
}
