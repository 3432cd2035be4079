import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import type { Finding } from "../../../runtime/findings.js";
import type { Catalog } from "../../../schema/catalog.js";
import type { Entity } from "../../../schema/entity.js";
import type { Server } from "../connection/server.js";
import { type ColumnRecord, factsOf, whyUnheld } from "../row/columns.js";
import { selectRows } from "../row/snapshot-sql.js";
import { cascadeFindings } from "./cascades.js";

/** Finds what is wrong with the catalog's tables: missing, not readable, of another shape, or changing rows that the log does not have. */
export async function tableFindings(
  connection: Connection, server: Server, catalog: Catalog, database: string, where: string,
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
  return [...findings, ...await cascadeFindings(connection, server, catalog, database, where)];
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
  readonly keys: ReadonlyMap<string, readonly string[]>;
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
  const wantedKey = entity.key.join(", ");
  const key = (keys.get(entity.table) ?? []).join(", ");
  if (!key) problems.push({ problem: "it has no primary key", remedy: `ALTER TABLE ${entity.table} ADD PRIMARY KEY (${wantedKey})` });
  else if (key !== wantedKey) problems.push({
    problem: `its primary key is (${key}); the catalog says (${wantedKey})`, remedy: "make both the same",
  });

  const records = new Map((columns.get(entity.table) ?? []).map((record) => [record.COLUMN_NAME, record]));
  for (const [name, field] of Object.entries(entity.fields)) {
    const record = records.get(name);
    const facts = record && factsOf(record);
    const problem = !record ? "does not exist, or the user may not read it"
      : facts ? whyUnheld(field, facts) : `is ${record.COLUMN_TYPE}, which cannot be followed`;
    if (problem) problems.push({
      problem: `column ${name} ${problem}`, remedy: "run the command migrate, or change the column and the catalog so that they agree",
    });
    if (entity.key.includes(name) && field.type.kind === "choice") {
      problems.push({
        problem: `column ${name} is of a key and a choice, whose order is not that of its text`, remedy: "make it a string in the catalog",
      });
    }
  }
  return problems;
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
  const parts = (await about<{ TABLE_NAME: string; INDEX_NAME: string; COLUMN_NAME: string }>(
    "statistics", " ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX",
  ))
    .filter((part) => part.INDEX_NAME === "PRIMARY");
  return {
    engines: new Map(tables.map((table) => [table.TABLE_NAME, table.ENGINE ?? ""])),
    columns: grouped(columns, (column) => column.TABLE_NAME),
    keys: new Map([...grouped(parts, (part) => part.TABLE_NAME)].map(([name, of]) => [name, of.map((part) => part.COLUMN_NAME)])),
  };
}

function grouped<T>(all: readonly T[], by: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(by(one), [...(groups.get(by(one)) ?? []), one]);
  return groups;
}
