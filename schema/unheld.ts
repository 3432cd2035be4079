/**
 * A value, or a row with a value, that cannot be held exactly: by the catalog's types, or by a store's (invariant 9). `reason` names the
 * value.
 */
export class Unheld extends Error {
  override readonly name = "Unheld";
  constructor(readonly reason: string) {
    super(reason);
  }
}
