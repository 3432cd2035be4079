import type { Entity, Key, Row } from "../../../schema/entity.js";
import { Unheld } from "../../../schema/unheld.js";
import { type Raw, type ReadValue, valueReader } from "./values.js";

/** A row as SELECT or the binary log gives it, by column name. It may have columns the catalog does not declare. */
export type RawRow = Readonly<Record<string, Raw>>;

/** The columns without a zone of their own (DATETIME), and by how many minutes the clock that filled them is ahead of UTC. */
export interface Zoned {
  readonly ahead: number;
  readonly columns: ReadonlySet<string>;
}

const inUtc: Zoned = { ahead: 0, columns: new Set() };

/** Reads the rows of one entity. */
export interface RowCodec {
  /** @throws Unheld when a value cannot be held exactly (invariant 9) */
  row(raw: RawRow): Row;
  key(raw: RawRow): Key;
}

/**
 * Makes the codec of an entity, as a function whose body names each field. So rows of one entity share one shape, and no name is looked up
 * while rows pass. `rawName`: what a raw row calls a column.
 */
export function rowCodec(entity: Entity, zoned: Zoned = inUtc, rawName: (column: string) => string = (column) => column): RowCodec {
  const names = Object.keys(entity.fields);
  const ahead = (name: string) => (zoned.columns.has(name) ? zoned.ahead : 0);
  const readers = names.map((name) => valueReader(name, entity.fields[name]!, ahead(name)));
  const fields = names.map((name, i) => `${member(name)}: r${i}(raw[${JSON.stringify(rawName(name))}])`);
  const make = new Function(...readers.map((_, i) => `r${i}`), `return (raw) => ({ ${fields.join(", ")} });`) as
    (...readers: readonly ReadValue[]) => (raw: RawRow) => Row;
  const keyReaders = entity.key.map((name) => [rawName(name), valueReader(name, entity.fields[name]!, ahead(name))] as const);
  return { row: make(...readers), key: (raw) => keyReaders.map(([name, read]) => keyPart(raw[name], read)) };
}

/** A name as a member in code. Without brackets `__proto__` would name what the object inherits from. */
function member(name: string): string {
  return name === "__proto__" ? `["__proto__"]` : JSON.stringify(name);
}

/** The row, or why the catalog's types cannot hold it (invariant 9). */
export function held(codec: RowCodec, raw: RawRow): Row | Unheld {
  try {
    return codec.row(raw);
  } catch (error) {
    if (error instanceof Unheld) return error;
    throw error;
  }
}

/** A key value that the catalog cannot hold still names its row in the dead letters, as MySQL prints it. */
function keyPart(raw: Raw, read: ReadValue): string | number {
  try {
    const value = read(raw);
    return typeof value === "number" ? value : String(value);
  } catch (error) {
    if (!(error instanceof Unheld)) throw error;
    return typeof raw === "number" ? raw : Buffer.isBuffer(raw) ? raw.toString("hex") : String(raw);
  }
}
