import type { BinlogEvent, BinlogStart, LineEvent, Place } from "./event.js";
import { GtidSet } from "./gtid.js";
import { DomainPosition } from "./mariadb.js";

/** What has been given out, so that a new connection goes on after the last whole transaction. */
export class Progress {
  #file = "";
  #offset = 4;
  #gtids: GtidSet | DomainPosition | undefined;

  constructor(start: BinlogStart) {
    if ("gtids" in start) this.#gtids = isMariadb(start.gtids) ? DomainPosition.parse(start.gtids) : GtidSet.parse(start.gtids);
    else {
      this.#file = start.file;
      this.#offset = start.offset;
    }
  }

  take(events: readonly (BinlogEvent | LineEvent)[]): void {
    for (const event of events) {
      if (event.type !== "commit" && event.type !== "rollback") continue;
      this.#file = event.file;
      this.#offset = event.offset;
      if (event.gtid === "") continue;
      // An empty start does not tell whose it is; the first transaction does.
      if (this.#gtids instanceof GtidSet && this.#gtids.isEmpty && isMariadb(event.gtid)) this.#gtids = new DomainPosition();
      this.#gtids?.addGtid(event.gtid);
    }
  }

  get start(): BinlogStart {
    return this.#gtids ? { gtids: this.#gtids.toString() } : this.place;
  }

  get place(): Place {
    return { file: this.#file, offset: this.#offset };
  }

  get text(): string {
    return this.#gtids?.toString() ?? `${this.#file}:${this.#offset}`;
  }
}

function isMariadb(gtids: string): boolean {
  return /^\s*\d+-\d+-\d+\s*(?:,|$)/.test(gtids);
}
