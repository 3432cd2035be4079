import { UnsupportedColumn } from "../errors.js";
import type { Column } from "../event.js";
import { decoderOf, isAsciiBased } from "../values/charset.js";
import { decimalSize } from "../values/decimal.js";
import { escaped } from "../values/json.js";

/**
 * Writes the JavaScript statement that reads one value of a column into `v`.
 * The statement can use `b` the bytes, `p` the place (which it moves on), and `end` of the event. `s` is the event as one latin1 text that
 * begins at `base` ('' when too long).
 * It can also use `e`, `n`, `m` to work with, and all that `values.ts` exports. `constant` gives a name to anything else. With `toEscape`,
 * texts and members come as between the quotes of a JSON string.
 * Formats: "Row-based replication: column values".
 */
export function readValue(column: Column, v: string, constant: (value: unknown) => string, toEscape = false): string {
  const { unsigned, length, precision, scale } = column;
  switch (column.type) {
    case "tinyint": return unsigned ? `${v} = b[p++];` : `${v} = b[p++] << 24 >> 24;`;
    case "smallint": return `${v} = ${unsigned ? little(2) : `(${little(2)}) << 16 >> 16`}; p += 2;`;
    case "mediumint": return `${v} = ${unsigned ? little(3) : `(${little(3)}) << 8 >> 8`}; p += 3;`;
    case "int": return `${v} = ${unsigned ? `(${little(4)}) >>> 0` : little(4)}; p += 4;`;
    case "bigint": return `n = ${little(4, 4)}; ${v} = ${unsigned ? "(n & 0xffe00000) === 0" : "n >= -0x200000 && n < 0x200000"}`
      + ` ? n * 0x100000000 + ((${little(4)}) >>> 0) : big${unsigned ? "Unsigned" : "Signed"}(b, p); p += 8;`;
    case "year": return `${v} = b[p] === 0 ? 0 : 1900 + b[p]; p++;`;
    case "float": return `${v} = float(b, p); p += 4;`;
    case "double": return `${v} = double(b, p); p += 8;`;
    case "decimal": return readDecimal(precision, scale, v) + ` p += ${decimalSize(precision, scale)};`;
    case "bit": return `${v} = bits(b, p, ${(length + 7) >> 3}); p += ${(length + 7) >> 3};`;
    case "date": return `${v} = date(${little(3)}); p += 3;`;
    case "time": case "datetime": case "timestamp": return readTemporal(column, v, constant);
    case "enum": return `${v} = ${constant(
      ["", ...column.members].map((member) => (toEscape ? escaped(member) : member)),
    )}[${little(length)}]; if (${v} === undefined) bad('an ENUM value without member'); p += ${length};`;
    case "set": return `${v} = set(b, p, ${constant(
      column.members.map((member) => (toEscape ? escaped(member) : member)),
    )}); p += ${length};`;
    case "char": case "varchar": return readText(column, v, length > 255 ? 2 : 1, constant, toEscape);
    case "text": return readText(column, v, length, constant, toEscape);
    case "json": return `${advance(length)} ${v} = json(b, p, e); p = e;`;
    case "geometry": case "vector": return `${advance(length)} ${v} = copy(b, p, e); p = e;`;
    case "null": return `${v} = null;`;
  }
  throw new UnsupportedColumn(column.name, `it has the type ${column.type satisfies never}`);
}

/** Sets `e` to the end of a value with a length prefix, and `p` to its beginning. */
export function advance(prefix: number): string {
  return `e = p + ${prefix} + ${prefix === 4 ? `((${little(4)}) >>> 0)` : `(${little(prefix)})`}; p += ${prefix}; if (e > end) bad('a `
    + "value that leads outside the event');";
}

function readText(column: Column, v: string, prefix: number, constant: (value: unknown) => string, toEscape: boolean): string {
  if (column.charset === "binary") {
    // CHAR and BINARY are logged without their padding; SELECT shows BINARY's.
    const copy = column.type === "char" ? `padded(b, p, e, ${column.length})` : "copy(b, p, e)";
    return `${advance(prefix)} ${v} = ${copy}; p = e;`;
  }
  const decode = decoderOf(column.charset);
  if (!decode) throw new UnsupportedColumn(column.name, `its character set ${column.charset} is not known to the reader`);
  const decoder = constant(decode), read = `${toEscape ? "escapedText" : "text"}(b, p, e, s, base, ${decoder})`;
  const text = isAsciiBased(column.charset) ? read : toEscape ? `escaped(${decoder}(b, p, e))` : `${decoder}(b, p, e)`;
  return `${advance(prefix)} ${v} = ${text}; p = e;`;
}

/** Reads money and the like with plain arithmetic: at most fifteen digits before the point and six after it. `decimal` reads others. */
function readDecimal(precision: number, scale: number, v: string): string {
  const whole = precision - scale;
  if (whole === 0 || whole > 15 || scale > 6) return `${v} = decimal(b, p, ${precision}, ${scale});`;
  const head = decimalSize(whole > 9 ? whole - 9 : whole, 0);
  const group = (from: number, size: number): string => Array.from({ length: size }, (_, i) =>
    `(b[p + ${from + i}] ^ m${from + i === 0 ? " ^ 128" : ""})${i < size - 1 ? ` << ${8 * (size - 1 - i)}` : ""}`).join(" | ");
  const integer = whole > 9 ? `((${group(0, head)}) * 1000000000 + ((${group(head, 4)}) >>> 0))` : `((${group(0, head)}) >>> 0)`;
  const size = head + (whole > 9 ? 4 : 0);
  const fraction =
    scale === 0 ? "" : ` n = ${group(size, (scale + 1) >> 1)}; if (n > ${10 ** scale - 1}) bad('a DECIMAL fraction with too many digits');`;
  const digits = ["", " + '.' + n", " + DOT_D2[n]", " + DOT_D3[n]", " + DOT_D2[(n / 100) | 0] + D2[n % 100]",
    " + '.' + D2[(n / 1000) | 0] + D3[n % 1000]", " + DOT_D3[(n / 1000) | 0] + D3[n % 1000]"][scale]!;
  return `m = b[p] < 128 ? 255 : 0;${fraction} ${v} = (m === 0 ? '' : '-') + ${integer}${digits};`;
}

/** Reads a temporal value. Whole seconds often repeat from row to row, so each column remembers the last text. */
function readTemporal({ type, scale, wire }: Column, v: string, constant: (value: unknown) => string): string {
  if (wire === 7) return `${v} = timestamp((${little(4)}) >>> 0); p += 4;`;
  if (wire === 11) return `${v} = oldTime((${little(3)}) << 8 >> 8); p += 3;`;
  if (wire === 12) return `${v} = oldDatetime(number64(b, p)); p += 8;`;
  const bytes = (scale + 1) >> 1, size = { time: 3, datetime: 5, timestamp: 4 }[type as "time" | "datetime" | "timestamp"];
  const fraction = bytes === 0 ? "0" : big(bytes, size);
  const next = `p += ${size + bytes};`;
  if (type === "time") return `${v} = time(${big(3)}, ${fraction}, ${scale}); ${next}`;
  const last = constant({ high: -1, low: -1, text: "" });
  const digits =
    scale === 0
      ? ""
      : scale === 6
        ? `n = ${fraction}; if (n > 999999) bad('more than a second of microseconds'); ${v} += DOT_D3[(n / 1000) | 0] + D3[n % 1000];`
        : `${v} += '.' + fractionText(${fraction}, ${scale});`;
  const [high, low, make] = type === "datetime" ? [big(3), big(2, 3), "datetime(n, m)"] : ["0", `(${big(4)}) >>> 0`, "timestamp(m)"];
  return (
    `n = ${high}; m = ${low}; if (${last}.high !== n || ${last}.low !== m) { ${last}.high = n; ${last}.low = m; ${last}.text = ${make}; } `
      +
    `${v} = ${last}.text; ${digits} ${next}`
  );
}

/** Reads up to four bytes as a number, signed when there are four. */
function little(size: number, from = 0): string {
  return Array.from({ length: size }, (_, i) => `b[p + ${from + i}]${i > 0 ? ` << ${8 * i}` : ""}`).join(" | ");
}

function big(size: number, from = 0): string {
  return Array.from({ length: size }, (_, i) => `b[p + ${from + i}]${i < size - 1 ? ` << ${8 * (size - 1 - i)}` : ""}`).join(" | ");
}
