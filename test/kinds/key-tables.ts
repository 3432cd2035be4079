import { type Entity, keyOf, keyText, type Row } from "../../schema/entity.js";
import type { FieldType } from "../../schema/fields.js";
import { int64 } from "../support/declare.js";
import { keyColumns } from "./types.js";
import { type Database, field, tableOf, typesOf } from "./world.js";

/** The column alone is the key, or it is one of two. */
const shapes = ["alone", "with another"] as const;

/** A table whose key is, or ends with, a column `v0` of some type. */
export interface KeyTable {
  readonly of: Entity;
  readonly type: FieldType;
  readonly column: string;
  readonly insert: readonly string[];
}

export async function createKeyTables(database: Database): Promise<readonly KeyTable[]> {
  const made: KeyTable[] = [];
  for (const [n, column] of keyColumns().entries()) for (const [s, shape] of shapes.entries()) {
    const name = `k${n}_${s}`, key = shape === "alone" ? ["v0"] : ["part", "v0"];
    await database.run(`CREATE TABLE ${name} (v0 ${column.type} NOT NULL, part BIGINT NOT NULL, PRIMARY KEY (${key.join(", ")}))`);
    const [type] = await typesOf(database, name, [column]) as [FieldType];
    // Zero dates as null are no key.
    if ("zeros" in type && type.zeros === "null") continue;
    made.push({
      type, column: column.type, of: tableOf(name, key, { v0: field(type, false), part: int64("public", "A part.") }),
      insert: (shape === "alone" ? [1] : [1, 2]).flatMap((part) =>
        column.values.map((value) => `INSERT IGNORE INTO ${name} VALUES (${value}, ${part})`)),
    });
  }
  return made;
}

export const keyTexts = (rows: readonly Row[], of: Entity): string[] => rows.map((row) => keyText(keyOf(of, row)));
