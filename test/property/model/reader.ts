import type { Row } from "../../../schema/entity.js";
import type { MemoryDisk } from "../../support/memory/memory-sink.js";
import type { MemorySource } from "../../support/memory/memory-source.js";
import { Violation } from "./violation.js";
import { refused, unheld } from "./world.js";

/**
 * A reader that reads each row the moment it changes in the sink, and remembers how far in the row's own life it was. What it reads next
 * must be that state or a later one.
 * It takes a state that the sink cannot hold for no row. A row that is gone, and that a copy will remove, may follow its foreign keys.
 */
export class Reader {
  /** By `entity\0key`: the earliest place in the row's life that fits what was read. */
  readonly #seen = new Map<string, number>();
  #violation: Violation | null = null;

  constructor(readonly source: MemorySource, readonly disk: MemoryDisk) {}

  look(table: string, place: string): void {
    if (!this.disk.catalog.has(table)) return;
    const name = `${table}\0${place}`;
    const life = this.source.statesOf(table, place).map(visible);
    const now = visible(this.disk.tables.get(table)?.get(place)?.row ?? null);
    const from = this.#seen.get(name) ?? 0;
    const at = life.indexOf(now, from);
    if (at < 0 && this.source.foreignKeys.length > 0 && life.at(-1) === "-") return;
    if (at < 0) this.#violation ??= new Violation(
      "reader", `${table} ${place} was at ${from} of ${JSON.stringify(life)} and is now seen as ${now}`,
    );
    else this.#seen.set(name, at);
  }

  /** @throws the first violation */
  tell(): void {
    if (this.#violation) throw this.#violation;
  }
}

function visible(row: Row | null): string {
  return row === null || unheld(row) !== null || refused(row) !== null ? "-" : JSON.stringify(Object.entries(row).sort());
}
