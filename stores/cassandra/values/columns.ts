import { type Entity, keyValue } from "../../../schema/entity.js";
import { Unheld } from "../../../schema/unheld.js";
import type { Bytes, Decode, Encode } from "./codec.js";
import { heldAs } from "./kinds.js";

/** How a column of an entity is written and read. Values are encoded once per row, however many tables it goes to. */
export interface ColumnCodec {
  /** @throws Unheld */
  readonly encode: Encode;
  /** Writes a part of a primary key. It also takes the part as a `Key` has it. @throws Unheld */
  readonly encodeKey: Encode;
  readonly decode: Decode;
}

/** Cassandra counts the bytes of a key's column in 16 bits. */
const maxKeyBytes = 65_535;

export function columnOf(of: Entity, name: string): ColumnCodec {
  const { type } = of.fields[name]!, held = heldAs(type);
  const isPadded = (held.cql === "text" || held.cql === "blob") && isPartition(of, name);
  const encode: Encode = isPadded ? (value) => (value === null ? null : padded(held.encode(value)))
    : (value) => (value === null ? null : held.encode(value));
  return {
    encode,
    encodeKey: (value) => keyBytes(encode(typeof value === "string" ? keyValue(type, value) : value)),
    decode: (value) => (value === null || value === undefined ? null : held.decode(isPadded ? unpadded(value as string | Buffer) : value)),
  };
}

function keyBytes(bytes: Bytes): Bytes {
  if (bytes === null) throw new Unheld("null, where it is part of a primary key");
  if (bytes.length > maxKeyBytes) throw new Unheld(`${bytes.length} bytes, where a part of a primary key has ${maxKeyBytes} at most`);
  return bytes;
}

/** Whether the column alone makes the partition of one of the entity's tables. */
function isPartition(of: Entity, name: string): boolean {
  return (of.key.length === 1 && of.key[0] === name) || of.lookups.some(({ by }) => by === name);
}

/**
 * The server refuses a partition whose key is empty. So values of nothing but zero bytes, of which the empty one is the shortest, get one
 * zero byte more. Their order stays, and no two become the same.
 */
function padded(bytes: Buffer): Buffer {
  return isZero(bytes) ? Buffer.concat([bytes, zero]) : bytes;
}

function unpadded(value: string | Buffer): string | Buffer {
  return typeof value === "string" ? (/^\0+$/.test(value) ? value.slice(1) : value) : isZero(value) ? value.subarray(1) : value;
}

const zero = Buffer.alloc(1);

function isZero(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}
