import { checkOf } from "../../../schema/kinds/kinds.js";
import { type UuidType, uuidText } from "../../../schema/kinds/texts/uuid.js";
import { Unheld } from "../../../schema/unheld.js";

/** A raw value of a column of bytes. A SELECT may give them as hexadecimal digits (`snapshot-sql.ts`). */
type RawBytes = number | bigint | string | Buffer;

/** Bytes as lower-case hexadecimal digits. @throws Unheld */
export function hex(raw: RawBytes, mostBytes: number): string {
  const digits = Buffer.isBuffer(raw) ? raw.toString("hex") : String(raw).toLowerCase();
  return digits.length <= 2 * mostBytes ? digits : refuse(`${digits.length / 2} bytes, more than ${mostBytes}`);
}

/** The digits of a BIT: SELECT gives its bytes, highest first, and the binary log its number. @throws Unheld */
export function bits(raw: RawBytes, length: number): string {
  const digits = (Buffer.isBuffer(raw) ? BigInt(`0x0${raw.toString("hex")}`) : BigInt(raw)).toString(2);
  return digits.length <= length ? digits.padStart(length, "0") : refuse(`${digits.length} bits, more than ${length}`);
}

/** @throws Unheld */
export function uuid(raw: RawBytes, stored: UuidType["stored"]): string {
  if (stored !== "text") {
    const text = uuidText(stored, hex(raw, Infinity));
    return text ?? refuse(`${hex(raw, Infinity).length / 2} bytes, where a UUID has 16`);
  }
  return isText(raw) ? String(raw) : refuse(`"${String(raw)}", which is no UUID`);
}

const isText = checkOf({ kind: "uuid", stored: "text" });

function refuse(what: string): never {
  throw new Unheld(what);
}
