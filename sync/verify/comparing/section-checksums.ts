import { hash } from "node:crypto";
import { type Key, keyText, type Row } from "../../../schema/entity.js";

/** A number of rows and the sum of their digests, 128 bits in four parts. It is the same whatever order the rows come in. */
const lanes = 5;

/** Checksums of the rows of a table's sections. Rows are digested in the catalog's spelling, which every engine shares (invariant 8). */
export class Checksums {
  #sums: number[] = [];

  add(section: number, digest: Buffer): void {
    const at = section * lanes;
    while (this.#sums.length < at + lanes) this.#sums.push(0);
    for (let i = 0; i < lanes - 1; i++) this.#sums[at + i] = (this.#sums[at + i]! + digest.readUInt32LE(4 * i)) >>> 0;
    this.#sums[at + lanes - 1]!++;
  }

  /** Makes one section of two neighbours. */
  halve(): void {
    const halved: number[] = [];
    for (let at = 0; at < this.#sums.length; at += 2 * lanes) {
      for (let i = 0; i < lanes; i++) {
        const sum = this.#sums[at + i]! + (this.#sums[at + lanes + i] ?? 0);
        halved.push(i < lanes - 1 ? sum >>> 0 : sum);
      }
    }
    this.#sums = halved;
  }

  get rows(): number {
    let rows = 0;
    for (let at = lanes - 1; at < this.#sums.length; at += lanes) rows += this.#sums[at]!;
    return rows;
  }

  /** The sections that differ between both. */
  differing(other: Checksums): Set<number> {
    const found = new Set<number>();
    const most = Math.max(this.#sums.length, other.#sums.length);
    for (let at = 0; at < most; at++) {
      if ((this.#sums[at] ?? 0) !== (other.#sums[at] ?? 0)) found.add(Math.floor(at / lanes));
    }
    return found;
  }
}

/** Digests these fields of a row, with the key it is kept under. */
export function digestOf(fields: readonly string[], key: Key, row: Row): Buffer {
  return hash("sha256", JSON.stringify([keyText(key), ...fields.map((name) => row[name])]), "buffer");
}
