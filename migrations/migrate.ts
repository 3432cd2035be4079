import { createHash } from "node:crypto";
import { escapeId, type RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { MigrationExecutor } from "typeorm";
import { PreflightFailed } from "../runtime/findings.js";
import { connectMysql, mysqlOptions, mysqlPlace, mysqlProblem, serverUrl } from "../runtime/mysql/mysql.js";
import { history } from "./history.js";
import { operationalDatabase } from "./operational.js";

export interface MigrationProgress { readonly done: number; readonly total: number; readonly name: string }
export interface Migrated { readonly applied: string[]; readonly pending: number }

/**
 * Brings the database that the URL names to the newest schema, and creates it when it is
 * missing. If two run at once, one waits for the other.
 * An abort ends it after the migration under way; `pending` says how many are left.
 * @throws PreflightFailed when the server, the user's privileges or the database's history do not allow it
 */
export async function migrate(mysqlUrl: URL, signal?: AbortSignal, onProgress?: (at: MigrationProgress) => void): Promise<Migrated> {
  const database = mysqlOptions(mysqlUrl).database;
  if (!database) {
    throw new PreflightFailed([
      { where: mysqlPlace(mysqlUrl), problem: "its URL names no database", remedy: "end it with one: mysql://user@host:3306/totesys" },
    ]);
  }
  const guard = await connectMysql(serverUrl(mysqlUrl));
  try {
    await createDatabase(guard, database);
    if (!(await lock(guard, database, signal))) return { applied: [], pending: history.length };
    return await applyPending(mysqlUrl, signal, onProgress);
  } catch (error) {
    throw mysqlProblem(mysqlUrl, error);
  } finally {
    // The server releases the lock with the connection.
    await guard.end().catch(() => guard.destroy());
  }
}

async function applyPending(mysqlUrl: URL, signal?: AbortSignal, onProgress?: (at: MigrationProgress) => void): Promise<Migrated> {
  const source = await operationalDatabase(mysqlUrl).initialize();
  try {
    const executor = new MigrationExecutor(source);
    const known = new Set(history.map((migration) => migration.name));
    const unknown = (await executor.getExecutedMigrations()).filter(({ name }) => !known.has(name));
    if (unknown.length > 0) {
      throw new PreflightFailed([{
        where: `${mysqlPlace(mysqlUrl)}, table schema_migration`,
        problem: `the database has migrations this version does not know: ${unknown.map(({ name }) => name).join(", ")}`,
        remedy: "run the version that made them, or a newer one",
      }]);
    }
    const pending = await executor.getPendingMigrations();
    const applied: string[] = [];
    for (const migration of pending) {
      if (signal?.aborted) break;
      await executor.executeMigration(migration);
      applied.push(migration.name);
      onProgress?.({ done: applied.length, total: pending.length, name: migration.name });
    }
    return { applied, pending: pending.length - applied.length };
  } finally {
    await source.destroy();
  }
}

/** Looks for the database first, so that a user who may not create databases can migrate an existing one. */
async function createDatabase(connection: Connection, name: string): Promise<void> {
  const [found] = await connection.execute<RowDataPacket[]>("SELECT 1 FROM information_schema.schemata WHERE schema_name = ?", [name]);
  if (found.length > 0) return;
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${escapeId(name)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);
}

/** Takes the lock. False when `signal` aborts before that. It waits a second at a time, so that it sees an abort. */
async function lock(connection: Connection, database: string, signal?: AbortSignal): Promise<boolean> {
  // A lock's name has at most 64 characters, as many as a database's.
  const name = `sluice.migrate.${createHash("sha256").update(database).digest("hex").slice(0, 32)}`;
  while (!signal?.aborted) {
    const [[row]] = await connection.execute<RowDataPacket[]>("SELECT GET_LOCK(?, 1) AS mine", [name]);
    if (Number(row?.mine) === 1) return true;
  }
  return false;
}
