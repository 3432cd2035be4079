/**
 * A broken promise, by name: `shrinks` (invariant 2), `too early` (1), `within` (5), `reader` (4, as readers see it), `rows`, `entries` and
 * `letters` (3 and 4, at the end), `once` (15).
 */
export type Promised = "shrinks" | "too early" | "within" | "reader" | "rows" | "entries" | "letters" | "once";

export class Violation extends Error {
  override readonly name = "Violation";
  constructor(readonly of: Promised, what: string) {
    super(`${of}: ${what}`);
  }
}
