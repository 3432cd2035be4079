import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import type { Finding } from "../../../runtime/findings.js";
import { grouped } from "../../../runtime/grouped.js";
import type { Catalog } from "../../../schema/catalog.js";
import type { Entity } from "../../../schema/entity.js";
import { type ColumnRecord, factsOf } from "../row/columns.js";
import { selectRows } from "../row/snapshot-sql.js";
import { whyUnheld, whyUnordered } from "../row/why-unheld.js";

/** Finds what is wrong with the catalog's tables: missing, not readable, or of another shape. */
export async function tableFindings(
  connection: Connection, catalog: Catalog, database: string, where: string,
): Promise<Finding[]> {
  const [schemas] = await connection.query<RowDataPacket[]>(
    "SELECT SCHEMA_NAME AS name FROM information_schema.schemata WHERE LOWER(schema_name) = LOWER(?)", [database],
  );
  const names = schemas.map(({ name }) => String(name));
  if (!names.includes(database)) {
    const remedy = names.length > 0 ? `write ${names.join(" or ")} in the URL, as the server calls it`
      : "create it with the command migrate, or correct its name in the URL";
    return [{ where, problem: "it does not exist by this name, or the user may not see it", remedy }];
  }
  const shape = await shapeOf(connection, database);
  const findings: Finding[] = [];
  for (const entity of catalog.entities) {
    const place = `${where}, table ${entity.table}`;
    const problems = entityProblems(entity, shape);
    // With columns missing, the statement would only fail for the same reason.
    if (problems.length === 0) problems.push(...await readProblems(connection, entity, database));
    findings.push(...problems.map((problem) => ({ where: place, ...problem })));
  }
  return findings;
}

/** Says why the pipeline cannot copy a table that was changed meanwhile as the catalog has it. Null when the table is not there. */
export async function tableProblems(connection: Connection, entity: Entity, database: string): Promise<readonly Problem[] | null> {
  const shape = await shapeOf(connection, database, entity.table);
  return shape.engines.has(entity.table) ? entityProblems(entity, shape) : null;
}

type Problem = Omit<Finding, "where">;

interface Shape {
  readonly engines: ReadonlyMap<string, string>;
  readonly columns: ReadonlyMap<string, readonly ColumnRecord[]>;
  /** The unique indexes of each table, by name. */
  readonly keys: ReadonlyMap<string, ReadonlyMap<string, readonly IndexPart[]>>;
}

interface IndexPart {
  readonly TABLE_NAME: string;
  readonly INDEX_NAME: string;
  /** Null for an expression. */
  readonly COLUMN_NAME: string | null;
  readonly NON_UNIQUE: number | string;
  readonly NULLABLE: string;
  readonly SUB_PART: number | string | null;
}

function entityProblems(entity: Entity, { engines, columns, keys }: Shape): Problem[] {
  const engine = engines.get(entity.table);
  if (engine === undefined) return [
    { problem: "it does not exist, or the user may not read it", remedy: "create it with the command migrate, or GRANT SELECT on it" },
  ];
  const problems: Problem[] = [];
  if (engine !== "InnoDB") {
    problems.push({
      problem: `its engine is ${engine || "that of a view"}, whose changes cannot be rolled back`,
      remedy: `ALTER TABLE ${entity.table} ENGINE = InnoDB`,
    });
  }
  problems.push(...keyProblems(entity, keys.get(entity.table) ?? new Map()));

  const records = new Map((columns.get(entity.table) ?? []).map((record) => [record.COLUMN_NAME, record]));
  for (const [name, field] of Object.entries(entity.fields)) {
    const record = records.get(name);
    const facts = record && factsOf(record);
    const problem = !record ? "does not exist, or the user may not read it"
      : facts ? whyUnheld(field, facts) : `is ${record.COLUMN_TYPE}, which cannot be followed`;
    if (problem) problems.push({
      problem: `column ${name} ${problem}`, remedy: "run the command migrate, or change the column and the catalog so that they agree",
    });
    const unordered = facts && !problem && entity.key.includes(name) ? whyUnordered(field, facts) : null;
    if (unordered) problems.push({
      problem: `column ${name} ${unordered}`, remedy: "make it a string in the catalog, or give both the same members in one order",
    });
  }
  return problems;
}

function keyProblems({ table, key, isUniqueIndex }: Entity, indexes: ReadonlyMap<string, readonly IndexPart[]>): Problem[] {
  const wanted = key.join(", ");
  const primary = (indexes.get("PRIMARY") ?? []).map((part) => part.COLUMN_NAME).join(", ");
  if (!isUniqueIndex) {
    if (!primary) return [{ problem: "it has no primary key", remedy: `ALTER TABLE ${table} ADD PRIMARY KEY (${wanted})` }];
    return primary === wanted ? []
      : [{ problem: `its primary key is (${primary}); the catalog says (${wanted})`, remedy: "make both the same" }];
  }
  const isKey = (parts: readonly IndexPart[]) => parts.length === key.length
    && parts.every((part) => key.includes(String(part.COLUMN_NAME)) && part.NULLABLE !== "YES" && !part.SUB_PART);
  return [...indexes.values()].some(isKey) ? [] : [{
    problem: `no unique index is of (${wanted}) alone, each NOT NULL`,
    remedy: `ALTER TABLE ${table} ADD UNIQUE (${wanted}), or name another key`,
  }];
}

async function readProblems(connection: Connection, entity: Entity, database: string): Promise<Problem[]> {
  try {
    await connection.query(`${selectRows(entity, database)} LIMIT 0`);
    return [];
  } catch (error) {
    return [{ problem: (error as Error).message, remedy: `as an administrator: GRANT SELECT ON \`${database}\`.* TO the user of the URL` }];
  }
}

async function shapeOf(connection: Connection, database: string, table?: string): Promise<Shape> {
  const only = table === undefined ? "" : " AND TABLE_NAME = ?";
  const about = async <T>(what: string, order = ""): Promise<(T & RowDataPacket)[]> =>
    (await connection.query<(T & RowDataPacket)[]>(
      `SELECT * FROM information_schema.${what} WHERE TABLE_SCHEMA = ?${only}${order}`, [database, table],
    ))[0];
  const tables = await about<{ TABLE_NAME: string; ENGINE: string | null }>("tables");
  const columns = await about<{ TABLE_NAME: string } & ColumnRecord>("columns");
  const parts = (await about<IndexPart>("statistics", " ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX"))
    .filter((part) => Number(part.NON_UNIQUE) === 0);
  return {
    engines: new Map(tables.map((table) => [table.TABLE_NAME, table.ENGINE ?? ""])),
    columns: grouped(columns, (column) => column.TABLE_NAME),
    keys: new Map([...grouped(parts, (part) => part.TABLE_NAME)].map(([name, of]) => [name, grouped(of, (part) => part.INDEX_NAME)])),
  };
}
