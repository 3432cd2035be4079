import type { Column, RowImages } from "../event.js";

/** What the generated readers make of the values they read, written as JavaScript expressions over variables. */
export interface Rendering<R> {
  readonly image: (values: readonly { readonly column: Column; readonly v: string }[]) => string;
  /** Whether the readers give texts as they stand between the quotes of a JSON string. */
  readonly toEscape: boolean;
  readonly row: (before: string, after: string) => string;
  /** This is never set; it names the type of a row. */
  readonly made?: R;
}

/** Makes objects that all have one shape. */
export const asObjects: Rendering<RowImages> = {
  toEscape: false,
  image: (values) =>
    `{ ${values.map(({ column, v }) => `${propertyOf(column.name)}: ${v}`).join(", ")} }`,
  row: (before, after) => `{ before: ${before}, after: ${after} }`,
};

/** Makes lines of JSON, without objects between: integers of any size as numbers, JSON columns as they are, bytes in base64. */
export const asLines: Rendering<string> = {
  toEscape: true,
  image: (values) => {
    let source = "'{", comma = "";
    for (const { column, v } of values) {
      source += `${comma}${inSource(JSON.stringify(column.name))}:${member(column, v)}`;
      comma = ",";
    }
    return `${source}}'`;
  },
  row: (before, after) => `'{"before":' + ${before} + ',"after":' + ${after} + '}\\n'`,
};

/** Turns text into bytes. Writing ASCII as latin1 is a plain copy. */
export function utf8(text: string): Buffer {
  return Buffer.byteLength(text) === text.length ? Buffer.from(text, "latin1") : Buffer.from(text);
}

/** Writes a member's value within a text in single quotes, which it interrupts. Quotes that are always there belong to that text. */
function member(column: Column, v: string): string {
  switch (column.type) {
    case "tinyint": case "smallint": case "mediumint": case "int": case "bigint": case "float": case "double": case "bit":
    case "year": case "json": case "null":
      return `' + ${v} + '`;
    case "char": case "varchar": case "text": case "geometry": case "vector": case "enum": case "set":
    case "decimal": case "date": case "time": case "datetime": case "timestamp": {
      const text = isBytes(column) ? `${v}.toString("base64")` : v;
      return column.nullable ? `' + (${v} === null ? 'null' : '"' + ${text} + '"') + '`
        : `"' + (${v} === null ? bad('NULL where the table has none') : ${text}) + '"`;
    }
  }
  return column.type satisfies never;
}

function isBytes({ type, charset }: Column): boolean {
  return type === "geometry" || type === "vector" || (charset === "binary" && (type === "char" || type === "varchar" || type === "text"));
}

/** Escapes JSON for use between single quotes. */
function inSource(json: string): string {
  return json.replace(/[\\'\u2028\u2029]/g, (c) => (c === "\\" || c === "'" ? `\\${c}` : `\\u${c.charCodeAt(0).toString(16)}`));
}

/** Writes the name of a property: a plain `"__proto__":` would set the prototype. */
function propertyOf(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : JSON.stringify(name);
}
