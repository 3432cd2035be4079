import type { Column, RowKind, TableMap } from "../event.js";
import { advance, readValue } from "./columns.js";
import type { Rendering } from "./rendering.js";
import * as values from "./values.js";

type Constant = (value: unknown) => string;

/** Reads the rows in bytes[start, end). */
export type RowReader<R> = (bytes: Buffer, start: number, end: number) => R[];

/** `partial`: an update whose JSON values may be differences (PARTIAL_UPDATE_ROWS_EVENT). */
export type RowsKind = RowKind | "partial";

/** Which of a table's columns an image holds. */
export type Present = readonly boolean[];

/**
 * Compiles the reader of one table's rows from generated source: code made for each column reads its value in place.
 * Layout of a row ("ROWS_EVENT"): per image a bitmap of the NULLs among the columns present, then the values of the others.
 */
export function compileRowReader<R>(
  table: TableMap, kind: RowsKind, before: Present, after: Present, rendering: Rendering<R>,
): RowReader<R> {
  const constants: unknown[] = [];
  const constant: Constant = (value) => `k${constants.push(value) - 1}`;
  const image = (name: string, present: Present, read: ReadColumn): string => imageSource(name, table.columns, present, read, rendering);
  const read = (column: Column, _: number, v: string): string => readValue(column, v, constant, rendering.toEscape);
  const images = kind === "partial"
    ? image("before", before, readAndMark(constant, rendering.toEscape)) + partialBits(table.columns) + image(
      "after", after, readPartial(table.columns, before, constant, rendering.toEscape),
    )
    : (kind === "insert" ? "" : image("before", before, read)) + (kind === "delete" ? "" : image("after", after, read));
  const names = Object.keys(values);
  const source = `"use strict";
    const { ${names.join(", ")} } = values;
    const [${constants.map((_, n) => `k${n}`).join(", ")}] = constants;
    return function rows(b, p, end) {
      const base = p, s = end - p <= ${LONGEST_TEXT} ? b.latin1Slice(p, end) : '';
      let e = 0, n = 0, m = 0, out;
      ${kind === "partial" ? "const starts = [], ends = [];" : ""}
      do {
        const first = p;
        ${images}
        if (p === first) bad('a row of no bytes');
        if (p > end) bad('a row that leads outside the event');
        const row = ${rendering.row(kind === "insert" ? "null" : "before", kind === "delete" ? "null" : "after")};
        // Most events have one row, and making a list of it costs a fifth of adding it to one.
        if (out === undefined) out = [row]; else out.push(row);
      } while (p < end);
      return out;
    };`;
  return new Function("values", "constants", source)(values, constants) as RowReader<R>;
}

/** A longer event is not turned into one text, because its values would keep all of that text in memory. */
const LONGEST_TEXT = 65_536;

type ReadColumn = (column: Column, index: number, v: string) => string;

function imageSource(name: string, columns: readonly Column[], present: Present, read: ReadColumn, rendering: Rendering<unknown>): string {
  const held = columns.map((column, index) => ({ column, index })).filter(({ index }) => present[index]);
  const nullBytes = (held.length + 7) >> 3;
  const parts: { column: Column; v: string }[] = [];
  let source = "";
  for (let n = 0; n < nullBytes; n++) source += `const ${name}Null${n} = b[p + ${n}];\n`;
  source += `p += ${nullBytes};\n`;
  held.forEach(({ column, index }, n) => {
    const v = `${name}${n}`;
    source += `let ${v}; if (${name}Null${n >> 3} & ${1 << (n & 7)}) ${v} = null; else { ${read(column, index, v)} }\n`;
    parts.push({ column, v });
  });
  return `${source}const ${name} = ${rendering.image(parts)};\n`;
}

/**
 * Reads what stands between the images of a PARTIAL_UPDATE row ("Partial_update_rows_event"): options.
 * If they say PARTIAL_JSON, a bit for each JSON column of the table follows, which tells whether its new value is a difference.
 */
function partialBits(columns: readonly Column[]): string {
  const bytes = (columns.filter(({ type }) => type === "json").length + 7) >> 3;
  return `const partial = option(b[p++]), bitsAt = p; if (partial) p += ${bytes};\n`;
}

/** Reads a value before the update; for JSON it remembers where the value stands. */
function readAndMark(constant: Constant, toEscape: boolean): ReadColumn {
  return (column, index, v) => column.type !== "json" ? readValue(column, v, constant, toEscape)
    : `${advance(column.length)} ${v} = json(b, p, e); starts[${index}] = p; ends[${index}] = e; p = e;`;
}

function readPartial(columns: readonly Column[], before: Present, constant: Constant, toEscape: boolean): ReadColumn {
  return (column, index, v) => {
    const whole = readValue(column, v, constant, toEscape);
    if (column.type !== "json") return whole;
    const bit = columns.slice(0, index).filter(({ type }) => type === "json").length;
    const patched = before[index] ? `${v} = patchedJson(b, starts[${index}], ends[${index}], p, e);`
      : `noBefore(${JSON.stringify(column.name)});`;
    return `if (partial && b[bitsAt + ${bit >> 3}] & ${1 << (bit & 7)}) { ${advance(4)} ${patched} p = e; } else { ${whole} }`;
  };
}
