/** A value, or a row with a value, that the catalog's types or a store cannot hold exactly (invariant 9). `reason` names the value. */
export class Unheld extends Error {
  override readonly name = "Unheld";
  constructor(readonly reason: string) {
    super(reason);
  }
}
