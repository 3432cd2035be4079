import type { Recopy, Truncate } from "../../../schema/change.js";
import type { Version } from "../../../schema/position.js";
import type { FileOffset, QueryEvent } from "../binlog/event.js";
import { SourceDiverged } from "../errors.js";
import { rekeyed } from "../statement/rekeyed.js";
import { effectOf } from "../statement/classify.js";
import { digestOf, Repeated } from "../statement/digest.js";
import { type Effect, type Followed, none } from "../statement/effect.js";
import { TemporaryTables } from "../statement/temporary-tables.js";
import type { Cascading } from "./cascading.js";

/** The remedy that skips a place in the log which cannot be read as rows. */
export const copyEverything =
  "sluice resnapshot --store <name> for each store, which copies every table as it is now, and start or resume sync";

export interface StatementOptions {
  /** What is done about a statement that does not say which rows it changed. */
  readonly unknown: "copy" | "stop";
  /** What foreign keys change without a trace in the log; null if the server logs it. */
  readonly cascading: Cascading | null;
}

/**
 * Turns logged statements into messages: a table was emptied, or the rows of tables are copied again.
 * Tables are copied again when no row event tells what their rows are now.
 */
export class StatementMessages {
  /** Where foreign keys whose changes are not logged were made or dropped, until `takeRekeyed` takes it. */
  #rekeyed: FileOffset | null = null;

  readonly #temporary = new TemporaryTables();

  constructor(readonly followed: Followed, readonly options: StatementOptions, readonly repeated: Repeated) {}

  /** @throws SourceDiverged when the operator chose to stop at such a statement */
  read(event: QueryEvent, version: Version): Truncate | Recopy | null {
    this.#temporary.read(event);
    const effect = effectOf(event, this.followed);
    if (effect.emptied !== null) return this.#emptied(event, effect.emptied, version);
    const rekeyed = this.#rekeyedBy(event);
    const entities = [...new Set([...effect.rows, ...rekeyed])];
    if (entities.length === 0) return null;
    const what = effect.what || "got or lost foreign keys that change rows by themselves, which this server does not log";
    return { op: "recopy", entities, version, reason: this.#reason(event, effect, what) };
  }

  /** The tables whose rows such foreign keys may have changed until here, or not changed, other than is known. */
  #rekeyedBy(event: QueryEvent): readonly string[] {
    const { cascading } = this.options;
    if (!cascading) return [];
    const { tables, isOther } = rekeyed(event, (name) => cascading.has(name));
    if (isOther) this.#rekeyed = event;
    const ours = tables?.filter(({ database }) => this.followed.isOurs(database)).map(({ table }) => table);
    return cascading.below(ours ?? cascading.keys.map(({ entity }) => entity));
  }

  #emptied(event: QueryEvent, entity: string, version: Version): Truncate | Recopy | null {
    switch (this.#temporary.has(event, this.followed.database, entity)) {
      case true: return null;
      case false: return { op: "truncate", entity, version };
      case null: {
        const what = "was emptied, or a temporary table of its name was";
        return { op: "recopy", entities: [entity], version, reason: this.#reason(event, { ...none, rows: [entity] }, what) };
      }
    }
  }

  /** The place of the last statement since the call before that made or dropped foreign keys. */
  takeRekeyed(): FileOffset | null {
    const place = this.#rekeyed;
    this.#rekeyed = null;
    return place;
  }

  #reason(event: QueryEvent, { rows, isUnderstood }: Effect, what: string): string {
    const digest = digestOf(event), place = `(binary log ${event.file}, ending at ${event.offset})`;
    if (isUnderstood) return `${what}: ${digest} ${place}`;
    if (this.options.unknown === "stop") {
      throw new SourceDiverged(`${rows.length === 1 ? "table" : "tables"} ${rows.join(", ")} ${what}: ${digest}`, event,
        `start sync with --unknown-statements copy, which copies them again and goes on; or ${copyEverything}`);
    }
    const times = this.repeated.count(digest);
    const again = times === 1 ? "" : `; statement number ${times} of this kind since sync started, and each has these tables copied. `
      + "Let its session use binlog_format = ROW, or report the statement if it changes no rows";
    return `${what}: ${digest} ${place}${again}`;
  }
}
