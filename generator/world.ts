import { day, type Micros, year } from "./clock.js";
import { type Draw, drawFrom, type Random } from "./random.js";
import { type Shape, shapeOf } from "./shape.js";
import { type Country, countryBy } from "./words.js";

/** Everything the rows of a filled database follow from: equal worlds give equal rows. */
export interface World {
  readonly shape: Shape;
  readonly draw: Draw;
  /** The company was founded and its partners found in the first year; trade begins in the second. */
  readonly founded: Micros;
  readonly tradeFrom: Micros;
  /** The last instant of the history, where a stream goes on. */
  readonly until: Micros;
}

export function worldOf(seed: number, rows: number, until: Micros): World {
  return { shape: shapeOf(rows), draw: drawFrom(seed), founded: until - 3 * year, tradeFrom: until - 2 * year, until };
}

/** The country of a counterparty; the company itself (0) is British. */
export function homeOf({ draw }: World, counterparty: number): Country {
  return counterparty === 0 ? "United Kingdom" : countryBy(draw("counterparty", counterparty, "country"));
}

/** When row `n` of `count` was made, in the first year: later rows later. */
export function foundingTime({ founded, tradeFrom }: World, n: number, count: number, random: Random): Micros {
  return Math.floor(founded + day + ((n - 1 + random.next()) / count) * (tradeFrom - founded - 2 * day));
}

/** The fixed lists stand on the first day, before anything refers to them. */
export function firstDay({ founded }: World, n: number): Micros {
  return founded + n * 1_000_000;
}

/** When a row was last written: mostly when it was made, sometimes (`often`) once more before `until`. */
export function lastWritten(made: Micros, until: Micros, often: number, random: Random): Micros {
  return random.chance(often) ? Math.floor(made + random.next() * (until - made)) : made;
}
