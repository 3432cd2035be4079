import type { Entity } from "../../../schema/entity.js";
import type { FieldType } from "../../../schema/fields.js";
import { StoreRefusal } from "../../ports.js";
import { wordsVersion } from "../../text/words.js";
import type { Connection } from "../file/connection.js";
import { fillSearch } from "./fill-search.js";
import { columnType, createIndexes, createTable, quoted } from "./tables.js";

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
    const known = new Map(
      db
        .statement("SELECT name, declaration FROM sluice_entity WHERE name IN (SELECT name FROM sqlite_schema WHERE type = 'table')")
        .all()
        .map(([name, declaration]) => [name, JSON.parse(declaration as string) as Recorded]),
    );
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

/** Types with the same text are kept the same way, so one reads what the other wrote. */
function kept(type: FieldType): string {
  switch (type.kind) {
    case "string": case "choice": return "text";
    case "decimal": return `decimal with ${type.scale} digits after the point`;
    case "int64": case "int32": case "boolean": case "date": case "timestamp": return type.kind;
    default: return type satisfies never;
  }
}

function problemsOf(of: Entity, recorded: Recorded | undefined): string[] {
  const inexact = of.lookups.filter((lookup) => of.fields[lookup.orderBy]?.type.kind === "decimal")
    .map((lookup) => `${of.table}: lookup ${lookup.name} is ordered by a decimal, which this store keeps as text`);
  if (!recorded) return inexact;
  const problems = Object.entries(of.fields).flatMap(([name, field]) => {
    const [was, is] = [recorded.fields[name], kept(field.type)];
    return was === undefined || was === is || (was === "int32" && is === "int64") ? [] : [
      `${of.table}.${name} holds ${was} and is declared ${is}`,
    ];
  });
  if (recorded.key.join() !== of.key.join()) problems
    .push(`${of.table} has the key (${recorded.key.join(", ")}) and is declared with (${of.key.join(", ")})`);
  return [...inexact, ...problems];
}

function prepareTable(db: Connection, of: Entity, recorded: Recorded | undefined): void {
  const declared = Object.fromEntries(Object.entries(of.fields).map(([name, field]) => [name, kept(field.type)]));
  const next: Recorded = {
    key: of.key,
    fields: { ...recorded?.fields, ...declared },
    retired: Object.keys(recorded?.fields ?? {}).filter((name) => !(name in declared)),
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
    if (!(name in recorded.fields)) db.exec(`ALTER TABLE ${quoted(of.table)} ADD COLUMN ${quoted(name)} ${columnType(field.type)}`);
    // While the field was not declared no sink wrote it, so its values may no longer be true.
    else if (recorded.retired.includes(name)) db.exec(`UPDATE ${quoted(of.table)} SET ${quoted(name)} = NULL`);
  }
}
