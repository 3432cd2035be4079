import type { BinlogEvent, BinlogStart, LineEvent, FileOffset, Transaction } from "./event.js";
import { DomainPosition } from "./events/mariadb.js";
import { GtidSet } from "./gtid.js";

/** Remembers what the reader has given out, so that a new connection goes on after the last whole transaction. */
export class ReadingPlace {
  #file = "";
  #offset = 4;
  #gtids: GtidSet | DomainPosition | undefined;
  #last: Transaction | undefined;
  /** When the file of `place`, and the one that is being read, were begun. */
  #begun: number | undefined;
  #format: { readonly file: string; readonly begun: number } | undefined;
  #stamp = 0;

  constructor(start: BinlogStart) {
    if ("gtids" in start) {
      this.#gtids = isMariadb(start.gtids) ? DomainPosition.parse(start.gtids) : GtidSet.parse(start.gtids);
      this.#last = start.last;
    } else {
      this.#file = start.file;
      this.#offset = start.offset;
      this.#begun = start.begun;
    }
  }

  take(events: readonly (BinlogEvent | LineEvent)[]): void {
    for (const event of events) {
      if (event.type === "gtid") this.#stamp = event.originalCommitTimestamp;
      if (event.type === "format") this.#format = event;
      if (event.type !== "commit" && event.type !== "rollback") continue;
      this.#file = event.file;
      this.#offset = event.offset;
      this.#begun = this.#format?.begun;
      if (event.gtid === "") continue;
      // An empty start does not tell which server it is of; the first transaction does.
      if (this.#gtids instanceof GtidSet && this.#gtids.isEmpty && isMariadb(event.gtid)) this.#gtids = new DomainPosition();
      this.#gtids?.addGtid(event.gtid);
      this.#last = this.#stamp > 0 ? { gtid: event.gtid, committedAt: this.#stamp } : undefined;
    }
  }

  get start(): BinlogStart {
    if (this.#gtids) return { gtids: this.#gtids.toString(), ...(this.#last && { last: this.#last }) };
    return { ...this.place, ...(this.#begun !== undefined && { begun: this.#begun }) };
  }

  /** What the source must have, from the same history: what was read before. This reader may be behind that. */
  with(known: Known | undefined): BinlogStart {
    const { start } = this;
    if (!known || !(this.#gtids instanceof GtidSet) || !("gtids" in start)) return start;
    const before = GtidSet.parse(known.gtids);
    if (this.#gtids.contains(before)) return start;
    return { gtids: this.#gtids.union(before).toString(), ...((known.last ?? start.last) && { last: known.last ?? start.last! }) };
  }

  /** The file that is being read. */
  get file(): { readonly file: string; readonly begun: number } | undefined {
    return this.#format;
  }

  get place(): FileOffset {
    return { file: this.#file, offset: this.#offset };
  }

  get text(): string {
    return this.#gtids?.toString() ?? `${this.#file}:${this.#offset}`;
  }
}

/** A GTID set, and the last transaction of it. */
export interface Known { readonly gtids: string; readonly last?: Transaction }

function isMariadb(gtids: string): boolean {
  return /^\s*\d+-\d+-\d+\s*(?:,|$)/.test(gtids);
}
