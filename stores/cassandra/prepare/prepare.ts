import type { Entity } from "../../../schema/entity.js";
import { Retriable, StoreRefusal } from "../../ports.js";
import type { Session } from "../connection/session.js";
import { Invalid } from "../errors.js";
import { type Existing, readTables } from "../tables/system-schema.js";
import { tableName } from "../tables/names.js";
import {
  addColumn, createTable, deadLetterTable, generationTable, lookAt, progressTable, type Table, tablesOf,
} from "../tables/tables.js";
import { fillLookup, madeLater } from "./fill.js";

/**
 * Creates the tables and columns that are missing, and fills a lookup that was declared after its rows were
 * written. It drops nothing; undeclared columns stay.
 * @throws StoreRefusal with all that stands in the way, before anything is changed; Retriable.
 * `storedAt` is the stamp of the latest progress known, which is older than a table made now.
 */
export async function prepareTables(session: Session, entities: readonly Entity[], storedAt = 0): Promise<void> {
  const existing = await readTables(session);
  const wanted = wantedTables(entities);
  const problems = [...nameProblems(wanted), ...differences(wanted, existing)];
  const where = `${session.place}, keyspace ${session.keyspace}`;
  if (problems.length > 0) {
    throw new StoreRefusal(
      where, problems.join("; "),
      "name another keyspace in the URL, which sync fills, or put the tables right (to drop them and their data is yours to decide)",
    );
  }

  const known = entities.filter((of) => existing.has(tableName(of)));
  const later = new Set(known.flatMap((of) => tablesOf(of).slice(1).map(({ name }) => name)));
  const create = (table: Table) => define(session, createTable(table, later.has(table.name) ? madeLater : madeAfter(storedAt)));
  for (const table of wanted) {
    const found = existing.get(table.name);
    if (!found) await create(table);
    else for (const column of missingColumns(table, found)) await define(session, addColumn(table, column));
  }
  const unknown = await unknownTo(session, wanted);
  for (const table of unknown) await create(table);
  const altered = await unknownTo(session, unknown);
  if (altered.length > 0) {
    throw new StoreRefusal(
      where,
      `it describes ${altered.map(({ name }) => name).join(", ")} and does not know them so, as after it was killed while they were `
        + "altered",
      "restart Cassandra",
    );
  }

  const prepared = await readTables(session);
  for (const of of entities) {
    for (const lookup of tablesOf(of).slice(1)) {
      const made = prepared.get(lookup.name);
      if (!made) throw new Retriable(`preparing ${lookup.name}`, new Error("not every node knows the table yet"));
      if (made.comment === madeLater) await fillLookup(session, of, lookup, made);
    }
  }
}

const after = "sluice: made after ";

function madeAfter(storedAt: number): string {
  return `${after}${storedAt}`;
}

/** Whether a table is younger than the progress stored then: that progress speaks of another table's rows. */
export function isYounger({ comment }: Existing, storedAt: number): boolean {
  return comment.startsWith(after) && Number(comment.slice(after.length)) > storedAt;
}

/**
 * Finds tables that the server describes and yet does not know, as after it was killed while it made them.
 * Its commit log brought the description back after the schema was read. Making the table again, or another restart, cures that.
 */
async function unknownTo(session: Session, tables: readonly Table[]): Promise<readonly Table[]> {
  const known = await Promise.all(tables.map((table) => session.execute(
    lookAt(table), [], { prepare: false, isIdempotent: true },
  ).then(() => true, (error: unknown) => {
    if (error instanceof Invalid) return false;
    throw error;
  })));
  return tables.filter((_, i) => !known[i]);
}

/** Whether the server has what these entities need; false after a person dropped or changed a table. */
export async function isPrepared(session: Session, entities: readonly Entity[]): Promise<boolean> {
  const existing = await readTables(session);
  const wanted = wantedTables(entities);
  return differences(wanted, existing).length === 0
    && wanted.every((table) => existing.has(table.name) && missingColumns(table, existing.get(table.name)!).length === 0)
    && (await unknownTo(session, wanted)).length === 0;
}

function wantedTables(entities: readonly Entity[]): readonly Table[] {
  return [progressTable, generationTable, deadLetterTable, ...entities.flatMap(tablesOf)];
}

function nameProblems(wanted: readonly Table[]): string[] {
  const names = wanted.map(({ name }) => name);
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))]
    .map((name) => `two declared tables or lookups would share the table ${name}`);
}

function differences(wanted: readonly Table[], existing: ReadonlyMap<string, Existing>): string[] {
  return wanted.flatMap((table) => {
    const found = existing.get(table.name);
    if (!found) return [];
    const [declared, there] = [keyText(table), keyText(found)];
    return [
      ...(declared === there ? [] : [`the table ${table.name} has the primary key ${there} where ${declared} is declared`]),
      ...Object.entries(table.columns)
        .filter(([column, type]) => Object.hasOwn(found.columns, column) && found.columns[column] !== type)
        .map(([column, type]) => `${table.name}.${column} is ${found.columns[column]} where ${type} is declared`),
    ];
  });
}

function missingColumns(table: Table, found: Existing): string[] {
  return Object.keys(table.columns).filter((column) => !Object.hasOwn(found.columns, column));
}

function keyText({ partition, clustering }: Table): string {
  return `((${partition.join(", ")})${clustering.map((c) => `, ${c.column} ${c.direction}`).join("")})`;
}

/** Makes one change at a time, because Cassandra wants schema changes to follow one another. */
async function define(session: Session, statement: string): Promise<void> {
  try {
    await session.define(statement);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    throw new StoreRefusal(
      session.place, `${statement.split(" (", 1)[0]}: ${error.message}`,
      "change what the message names, in Cassandra or in the declaration",
    );
  }
}
