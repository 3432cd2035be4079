import mysql, { type Connection, type Pool, type PoolOptions } from "mysql2";
import { DataSource, EntitySchema, type EntitySchemaColumnOptions } from "typeorm";
import { mysqlOptions, sessionStart } from "../runtime/mysql/mysql.js";
import type { Catalog } from "../schema/catalog.js";
import type { Entity, Fields, Row } from "../schema/entity.js";
import type { Field } from "../schema/fields.js";
import { history } from "./history.js";

/**
 * Opens the operational database through the ORM; rows hold the values `schema/fields.ts` gives
 * each kind. The result is not yet initialized.
 */
export function operationalDatabase(url: URL, catalog: Catalog, connections = 4): DataSource {
  const { user: username = "", ...options } = mysqlOptions(url);
  return new DataSource({
    type: "mysql",
    ...options,
    username,
    // TypeORM adds a number to the key that an insert made, so that key must be a number; `digits` below makes text of the others.
    bigNumberStrings: false,
    poolSize: connections,
    driver: { ...mysql, createPool: poolOfUtcSessions },
    entities: catalog.entities.map(tableSchema),
    migrations: [...history],
    migrationsTableName: "schema_migration",
    synchronize: false,
    logging: false,
  });
}

/** TypeORM's view of one entity's table. It is pure: the migrations make the table itself, never `synchronize`. */
export function tableSchema(of: Entity): EntitySchema<Row> {
  const columns = Object.entries(of.fields as Fields).map(([name, field]) => [name, columnOf(of, name, field)]);
  return new EntitySchema<Row>({ name: of.table, tableName: of.table, columns: Object.fromEntries(columns) });
}

function columnOf(of: Entity, name: string, { type, nullable }: Field): EntitySchemaColumnOptions {
  const primary = of.key.includes(name);
  const common = { nullable, primary };
  switch (type.kind) {
    case "int64": return {
      ...common, type: "bigint", transformer: digits, ...(primary && of.key.length === 1 && { generated: "increment" as const }),
    };
    case "int32": return { ...common, type: "int" };
    case "decimal": return { ...common, type: "decimal", precision: type.precision, scale: type.scale };
    case "string": return { ...common, type: "varchar", length: type.maxLength };
    case "boolean": return { ...common, type: "boolean" };
    case "date": return { ...common, type: "date" };
    // Read as text: TypeORM makes a Date of a `datetime`, which has no microseconds (invariant 9).
    case "timestamp": return { ...common, type: "varchar", length: 26, default: () => "CURRENT_TIMESTAMP(6)", transformer: timestampText };
    case "choice": return { ...common, type: "enum", enum: [...type.values] };
    default: throw new Error(`${of.table}.${name} has no column type: ${JSON.stringify(type satisfies never)}`);
  }
}

const digits = {
  to: (value: string | number | null | undefined) => value,
  from: (value: string | number | null | undefined) => (typeof value === "number" ? String(value) : value),
};

/**
 * `2026-02-28T09:30:00.000001Z` in a row, `2026-02-28 09:30:00.000001` in SQL. TypeORM calls
 * `from` twice on what it reads back after a save.
 */
const timestampText = {
  to: (value: string | null | undefined) => value?.replace("T", " ").replace("Z", "") ?? value,
  from: (value: string | null | undefined) => (value && !value.endsWith("Z") ? `${value.replace(" ", "T")}Z` : value),
};

/** TypeORM has no hook for new connections; mysql2's pool queues this before any statement of the borrower. */
function poolOfUtcSessions(options: PoolOptions): Pool {
  const pool = mysql.createPool(options);
  pool.on("connection", (connection: Connection) => void connection.query(sessionStart));
  return pool;
}
