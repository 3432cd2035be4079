import { type Document, isMap, isNode, parseDocument } from "yaml";
import type { ForeignKey, Shape, TableShape } from "../../schema/shape.js";
import { asOf, type Guess, isPersonal, isSearched, pluralOf, staysInMysql } from "./guesses.js";

/** The class of what nothing speaks for. */
const usual = "internal";

/** The text of a file about a table that has none yet. */
export function newEntityFile(table: TableShape, fileName: string, shape: Shape, guesses: Guess[]): string {
  const { name } = table, lines = ["# yaml-language-server: $schema=../entity.schema.json"];
  if (fileName !== name) lines.push(`table: ${scalar(name)}`);
  if (table.comment) lines.push(`description: ${scalar(table.comment)}`);
  lines.push(
    "# Which rows a viewer sees whose role sees some rows only: everyone, hidden, referenced, { field: ... } or { through: [...] }.",
    "owner: hidden",
    "fields:", ...table.columns.map((column) => `  ${fieldLine(table, column, guesses)}`),
  );
  const lookups = lookupsOf(table, shape);
  if (lookups.length > 0) lines.push("lookups:", ...lookups.map((each) => `  - ${each}`));
  const search = table.columns.filter((column) => isSearched(column)).map((column) => column.name);
  if (search.length > 0) lines.push(`search: ${flow(search)}`);
  return `${lines.join("\n")}\n`;
}

/** The text of a file after the columns that it does not name were added to it; null when it names all of them. */
export function widenedEntityFile(text: string, table: TableShape, guesses: Guess[]): string | null {
  const document: Document = parseDocument(text);
  const fields: unknown = document.get("fields", true);
  const missing = table.columns.filter(({ name }) => !(isMap(fields) && fields.has(name)));
  if (missing.length === 0 || document.get("keep") === false) return null;
  const lines = missing.map((column) => fieldLine(table, column, guesses));
  return linesAdded(text, document, fields, lines);
}

/** Puts the lines behind the last field and leaves every other character as it is: how a file is written is its reader's. */
function linesAdded(text: string, document: Document, fields: unknown, lines: readonly string[]): string {
  const last = isMap(fields) ? fields.items.at(-1) : undefined;
  if (isMap(fields) && last) {
    const start = rangeOf(fields.items[0]!.key)[0];
    const end = Math.max(rangeOf(last.key)[1], last.value === null ? 0 : rangeOf(last.value)[1]);
    if (fields.flow) return `${text.slice(0, end)}${lines.map((line) => `, ${line}`).join("")}${text.slice(end)}`;
    const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
    const lineEnd = text[end - 1] === "\n" ? end - 1 : text.indexOf("\n", end);
    const before = lineEnd < 0 ? `${text}\n` : text.slice(0, lineEnd + 1);
    return `${before}${lines.map((line) => `${indent}${line}\n`).join("")}${text.slice(before.length)}`;
  }
  // A file without fields has no place for them yet.
  const made: unknown = parseDocument(lines.join("\n")).contents;
  document.set("fields", made);
  return document.toString({ lineWidth: 0 });
}

function rangeOf(node: unknown): readonly [number, number, number] {
  if (isNode(node) && node.range) return node.range;
  throw new Error("a field has no place in its file");
}

function fieldLine({ name: table }: TableShape, column: TableShape["columns"][number], guesses: Guess[]): string {
  const { name, comment } = column;
  const guess = (what: Guess["guess"]) => guesses.push({ table, column: name, guess: what });
  if (staysInMysql(column) || column.type === null) {
    guess("never leaves MySQL");
    return `${scalar(name)}: { keep: false }`;
  }
  const isOfPerson = isPersonal(column), as = asOf(column);
  if (isOfPerson) guess("personal");
  if (as) guess(as === "boolean" ? "a truth value" : "a UUID");
  const said = [
    `class: ${isOfPerson ? "personal" : usual}`, ...(as ? [`as: ${as}`] : []), ...(comment ? [`description: ${scalar(comment)}`] : []),
  ];
  return `${scalar(name)}: ${said.length === 1 ? said[0]!.slice("class: ".length) : `{ ${said.join(", ")} }`}`;
}

/** Lists on the referenced tables, ordered by the key. Several that lead to one table are named by their columns. */
function lookupsOf(table: TableShape, { tables }: Shape): string[] {
  const [order] = table.key;
  if (order === undefined) return [];
  const targetOf = ({ to }: ForeignKey) => tables.find(({ name }) => name === to);
  const leading = table.foreignKeys.filter((key) => {
    const target = targetOf(key);
    return key.columns.length === 1 && target?.key.length === 1 && target.key[0] === key.toColumns[0];
  });
  const plural = pluralOf(table);
  return leading.filter((key, i) => leading.findIndex(({ columns }) => columns[0] === key.columns[0]) === i).map((key) => {
    const [by] = key.columns, target = targetOf(key)!;
    const isOne = leading.filter(({ to }) => to === key.to).length === 1;
    const suffix = by!.replace(/_?id$/i, "").replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    const isTaken = target.columns.some(({ name }) => name.toLowerCase() === plural.toLowerCase());
    const name = isOne && !isTaken ? plural : `${plural}By${suffix}`;
    return `{ name: ${scalar(name)}, by: ${scalar(by!)}, order: ${scalar(`${order} asc`)} }`;
  });
}

/** A text on one line, also within `{ }` and `[ ]`. Whatever YAML could read otherwise is in double quotes, as in JSON. */
function scalar(text: string): string {
  const isWords = /^[A-Za-z_][A-Za-z0-9_]*(?:[ .()/'-]+[A-Za-z0-9_()]+)*\.?$/.test(text);
  return isWords && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
}

function flow(texts: readonly string[]): string {
  return `[${texts.map(scalar).join(", ")}]`;
}
