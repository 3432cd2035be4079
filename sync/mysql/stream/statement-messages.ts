import type { Recopy, Truncate } from "../../../schema/change.js";
import type { Version } from "../../../schema/position.js";
import type { FileOffset, QueryEvent } from "../binlog/event.js";
import { SourceDiverged } from "../errors.js";
import { effectOf } from "../statement/classify.js";
import { digestOf, Repeated } from "../statement/digest.js";
import { type Effect, type Followed, none } from "../statement/effect.js";
import { TemporaryTables } from "../statement/temporary-tables.js";

/** The remedy that skips a place in the log which cannot be read as rows. */
export const copyEverything =
  "sluice resnapshot --store <name> for each store, which copies every table as it is now, and start or resume sync";

export interface StatementOptions {
  /** What is done about a statement that does not say which rows it changed. */
  readonly unknown: "copy" | "stop";
  /** Whether the server logs what its foreign keys change by themselves. */
  readonly logsCascades: boolean;
}

/**
 * Turns logged statements into messages: a table was emptied, or the rows of tables are copied again.
 * Tables are copied again when no row event tells what their rows are now.
 */
export class StatementMessages {
  /** Tables that were given a foreign key whose changes are not logged, until `takeCascading` takes them. */
  readonly #cascading = new Map<string, FileOffset>();

  readonly #temporary = new TemporaryTables();

  constructor(readonly followed: Followed, readonly options: StatementOptions, readonly repeated: Repeated) {}

  /** @throws SourceDiverged when the operator chose to stop at such a statement */
  read(event: QueryEvent, version: Version): Truncate | Recopy | null {
    this.#temporary.read(event);
    const effect = effectOf(event, this.followed);
    if (effect.emptied !== null) return this.#emptied(event, effect.emptied, version);
    const cascading = this.options.logsCascades ? [] : effect.cascades;
    for (const table of cascading) this.#cascading.set(table, event);
    const entities = [...new Set([...effect.rows, ...cascading])];
    if (entities.length === 0) return null;
    const what = effect.what || "was given a foreign key that changes rows by itself, which this server does not log";
    return { op: "recopy", entities, version, reason: this.#reason(event, effect, what) };
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

  /** Takes the tables that got such a foreign key since the last call, each with the place of the statement. */
  takeCascading(): ReadonlyMap<string, FileOffset> {
    const taken = new Map(this.#cascading);
    this.#cascading.clear();
    return taken;
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
