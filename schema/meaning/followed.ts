import type { Finding } from "../../runtime/findings.js";
import type { Shape, TableShape } from "../shape.js";
import type { EntityForm } from "./forms.js";
import { nearest } from "./nearest.js";
import type { Meaning, Source } from "./read.js";

/** A table that is followed, and the file about it, if there is one. */
export interface Followed {
  readonly table: string;
  readonly shape: TableShape;
  readonly source: Source<EntityForm> | null;
}

/** The tables to follow: those that have a file, and those that catalog.yaml includes. */
export function followedTables(
  { folder, catalog: { said, at }, entities }: Meaning, shape: Shape, findings: Finding[],
): readonly Followed[] {
  const [include = [], exclude = []] = [said.tables?.include, said.tables?.exclude].map((names) => names?.map(patternOf));
  const byName = new Map(shape.tables.map((table) => [table.name, table]));
  for (const part of ["include", "exclude"] as const) for (const [i, name] of (said.tables?.[part] ?? []).entries()) {
    // A name with * may be about tables that come later. A plain one that names nothing is misspelt, and would let a table out.
    if (!name.includes("*") && !byName.has(name)) findings.push({
      where: at(["tables", part, i]), problem: `there is no table ${name} to ${part}${nearest(name, [...byName.keys()])}`,
      remedy: "correct the name, or remove it",
    });
  }
  const files = new Map<string, (typeof entities)[number]>();
  for (const source of entities) {
    const { table } = source, twin = files.get(table);
    if (twin) findings.push({
      where: source.at(["table"]), problem: `${twin.file} is about the table ${table}, too`, remedy: "keep one file for each table",
    });
    files.set(table, source);
    if (source.said.keep === false) continue;
    if (!byName.has(table) && source.mistaken.has("table")) continue;
    if (!byName.has(table)) findings.push({
      where: source.at(["table"]), problem: `there is no table ${table}, or the user may not read it${nearest(table, [...byName.keys()])}`,
      remedy: "correct the name (the file's own, or `table:` in it), GRANT SELECT on it to the user, or remove the file",
    });
    else if (exclude.some((each) => each.test(table))) findings.push({
      where: at(["tables", "exclude", exclude.findIndex((each) => each.test(table))]),
      problem: `it excludes the table ${table}, which ${source.file} describes`,
      remedy: "remove one of the two",
    });
  }
  const isFollowed = (table: string) => {
    const source = files.get(table);
    return source ? source.said.keep !== false : include.some((each) => each.test(table)) && !exclude.some((each) => each.test(table));
  };
  const followed = [...byName].filter(([table, { isView }]) => isFollowed(table) && (!isView || files.has(table)))
    .map(([table, of]) => ({ table, shape: of, source: files.get(table) ?? null }));
  if (followed.length === 0 && findings.length === 0) findings.push({
    where: folder, problem: "no table is followed",
    remedy: "write a file for some tables, or `tables: { include: [\"*\"] }` in catalog.yaml",
  });
  return followed;
}

export function keyOf({ source, shape }: Followed): readonly string[] {
  return source?.said.key ?? shape.key;
}

/** What is wrong with a table whose rows have no identity. */
export function keyless({ table }: Followed): Finding {
  return {
    where: `table ${table}`, problem: "it has no primary key, and no unique index of columns that cannot be null",
    remedy: `ALTER TABLE ${table} ADD PRIMARY KEY (...), or leave it out: tables: { exclude: [${table}] } or keep: false in its file`,
  };
}

/** `*` stands for any characters. */
function patternOf(name: string): RegExp {
  return new RegExp(`^${name.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`, "u");
}

