import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import type { Finding } from "../../../runtime/findings.js";
import type { Catalog } from "../../../schema/catalog.js";
import type { Server } from "../connection/server.js";

/**
 * Whether the server logs what foreign keys change.
 * InnoDB's own foreign keys change rows of other tables and leave nothing in the binary log. A server that checks them itself logs such
 * changes like others: MySQL 9.6 and newer, unless innodb_native_foreign_keys says otherwise.
 */
export async function logsCascades(connection: Connection, server: Server): Promise<boolean> {
  const [[native]] = await connection.query<RowDataPacket[]>("SHOW GLOBAL VARIABLES LIKE 'innodb_native_foreign_keys'");
  return server.release >= 90_600 && native?.Value !== "ON";
}

/** Finds the foreign keys that change the catalog's tables without a trace in the log. */
export async function cascadeFindings(
  connection: Connection, server: Server, catalog: Catalog, database: string, where: string,
): Promise<Finding[]> {
  if (await logsCascades(connection, server)) return [];
  const [rules] = await connection.query<RowDataPacket[]>(
    "SELECT TABLE_NAME AS name, CONSTRAINT_NAME AS rule FROM information_schema.referential_constraints " +
      "WHERE CONSTRAINT_SCHEMA = ? AND TABLE_NAME IN (?) AND (DELETE_RULE IN ('CASCADE', 'SET NULL') OR UPDATE_RULE IN ('CASCADE', 'SET "
        + "NULL'))",
    [database, catalog.entities.map((entity) => entity.table)],
  );
  return rules.map(({ name, rule }) => ({
    where: `${where}, table ${name}`,
    problem: `foreign key ${rule} changes rows by itself (CASCADE or SET NULL), which this server does not write to the binary log`,
    remedy: "make it RESTRICT and let the application change the rows, or use MySQL 9.6 or newer",
  }));
}
