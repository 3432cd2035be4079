import { randomBytes } from "node:crypto";
import type { Entity } from "../../schema/entity.js";
import type { Highlight } from "../ports.js";
import { unescapeNul } from "./codec.js";
import type { Connection } from "./connection.js";
import { searchTable } from "./tables.js";

/** Marks that no stored text holds, so that HTML is made from whole texts after they were escaped. */
const [open, close] = ["<", ">"].map((sign) => `${sign}${randomBytes(12).toString("hex")}${sign}`) as [string, string];
const wordsAround = 32;

/** What matched in each of `fields`, and in no other (invariant 6). */
export function highlightsOf(db: Connection, of: Entity, fields: readonly string[], expression: string, rowid: bigint): Highlight[] {
  const index = searchTable(of);
  const snippets = fields.map((name) => `snippet(${index}, ${of.search.indexOf(name)}, '${open}', '${close}', '…', ${wordsAround})`);
  const found = db.statement(`SELECT ${snippets.join(", ")} FROM ${index} WHERE ${index} MATCH ? AND rowid = ?`).first([expression, rowid]);
  return fields.flatMap((field, i) => {
    const snippet = found?.[i];
    return typeof snippet === "string" && snippet.includes(open) ? [{ field, snippet: toHtml(unescapeNul(snippet)) }] : [];
  });
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;" };
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => entities[sign]!);

function toHtml(marked: string): string {
  return marked.split(open).map((part, i) => {
    const [inside, outside] = part.split(close) as [string, string?];
    return i === 0 || outside === undefined ? escaped(part) : `<em>${escaped(inside)}</em>${escaped(outside)}`;
  }).join("");
}
