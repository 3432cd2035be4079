import type { Entity } from "../../../schema/entity.js";
import { own } from "../../../schema/own.js";
import { StoreRefusal } from "../../ports.js";
import { wordsVersion } from "../../text/words.js";
import type { Connection } from "../file/connection.js";
import { fillSearch } from "./fill-search.js";
import { heldAs } from "./kinds.js";
import { tableName } from "./names.js";
import { column, createIndexes, createTable, quoted, table } from "./tables.js";

/** What the tables were last made for. It is kept with them, and changed in the same transaction. */
interface Recorded {
  readonly key: readonly string[];
  /** How each field's values are kept. A field that is no longer declared stays, with its column. */
  readonly fields: Readonly<Record<string, string>>;
  /** Fields that are no longer declared. */
  readonly retired: readonly string[];
  readonly indexes: Readonly<Record<string, string>>;
  readonly search: readonly string[];
  /** The version of the words in its search index; none while the index is not whole. */
  readonly words?: number;
}

/**
 * Makes the tables fit the declarations, all of them or none. Then it builds the search indexes that are missing or of another form;
 * readers keep the rows meanwhile.
 * @throws StoreRefusal when rows would be misread
 */
export async function prepareTables(db: Connection, entities: readonly Entity[]): Promise<void> {
  db.attempt("preparing tables", () => db.transaction("write", () => {
    // A table that a person dropped is made again.
    const tables = new Set(db.statement("SELECT name FROM sqlite_schema WHERE type = 'table'").all().map(([name]) => name));
    const recorded = new Map(db.statement("SELECT name, declaration FROM sluice_entity").all()
      .map(([name, declaration]) => [name, JSON.parse(declaration as string) as Recorded]));
    const known = new Map(entities.filter((of) => tables.has(tableName(of))).map((of) => [of.table, recorded.get(of.table)]));
    const problems = entities.flatMap((of) => problemsOf(of, known.get(of.table)));
    if (problems.length > 0) {
      throw new StoreRefusal("embedded", `${db.file}: ${problems.join("; ")}`,
        "undo the change of the declaration, or name a new file: sync fills it from the system of record");
    }
    for (const of of entities) prepareTable(db, of, known.get(of.table));
  }));
  for (const of of entities) {
    const recorded = recordOf(db, of);
    if (!isSearchable(recorded, of)) await fillSearch(
      db, of, () => record(db, of, { ...recorded, search: of.search, words: wordsVersion }),
    );
  }
}

function isSearchable(recorded: Recorded, of: Entity): boolean {
  return recorded.search.join() === of.search.join() && (recorded.words === wordsVersion || of.search.length === 0);
}

function recordOf(db: Connection, of: Entity): Recorded {
  const [declaration] = db.statement("SELECT declaration FROM sluice_entity WHERE name = ?").first([of.table])!;
  return JSON.parse(declaration as string) as Recorded;
}

function record(db: Connection, of: Entity, recorded: Recorded): void {
  db.statement("INSERT OR REPLACE INTO sluice_entity (name, declaration) VALUES (?, ?)").run([of.table, JSON.stringify(recorded)]);
}

function problemsOf(of: Entity, recorded: Recorded | undefined): string[] {
  const inexact = of.lookups.filter(({ orderBy }) => !heldAs(of.fields[orderBy]!.type).isOrdered)
    .map(({ name, orderBy }) =>
      `${of.table}: lookup ${name} is ordered by a ${of.fields[orderBy]!.type.kind}, which this store keeps as text`);
  if (!recorded) return inexact;
  const problems = Object.entries(of.fields).flatMap(([name, field]) => {
    const [was, is] = [own(recorded.fields, name), heldAs(field.type).word];
    return was === undefined || was === is || isWidened(was, is) ? [] : [
      `${of.table}.${name} holds ${was} and is declared ${is}`,
    ];
  });
  if (recorded.key.join() !== of.key.join()) problems
    .push(`${of.table} has the key (${recorded.key.join(", ")}) and is declared with (${of.key.join(", ")})`);
  return [...inexact, ...problems];
}

/** A SET that has more members at its end keeps the order of its older values. */
function isWidened(was: string, is: string): boolean {
  return (was === "int32" && is === "int64") || (was.startsWith("set of ") && is.startsWith(`${was},`));
}

function prepareTable(db: Connection, of: Entity, recorded: Recorded | undefined): void {
  const declared = Object.fromEntries(Object.entries(of.fields).map(([name, field]) => [name, heldAs(field.type).word]));
  const next: Recorded = {
    key: of.key,
    fields: { ...recorded?.fields, ...declared },
    retired: Object.keys(recorded?.fields ?? {}).filter((name) => !Object.hasOwn(declared, name)),
    indexes: createIndexes(of),
    search: recorded?.search ?? [],
    ...(recorded?.words !== undefined && { words: recorded.words }),
  };
  if (JSON.stringify(next) === JSON.stringify(recorded)) return;

  if (!recorded) db.exec(createTable(of));
  else widen(db, of, recorded);
  for (const [name, sql] of Object.entries(recorded?.indexes ?? {})) if (next.indexes[name] !== sql) db.exec(`DROP INDEX ${quoted(name)}`);
  for (const [name, sql] of Object.entries(next.indexes)) if (recorded?.indexes[name] !== sql) db.exec(sql);
  record(db, of, next);
}

function widen(db: Connection, of: Entity, recorded: Recorded): void {
  for (const [name, field] of Object.entries(of.fields)) {
    if (!Object.hasOwn(recorded.fields, name)) db.exec(`ALTER TABLE ${table(of)} ADD COLUMN ${column(name)} ${heldAs(field.type).column}`);
    // While the field was not declared no sink wrote it, so its values may no longer be true.
    else if (recorded.retired.includes(name)) db.exec(`UPDATE ${table(of)} SET ${column(name)} = NULL`);
  }
}
