import mysql, { type Connection, type Pool, type PoolOptions } from "mysql2";
import { DataSource } from "typeorm";
import { mysqlOptions, sessionStart } from "../runtime/mysql/mysql.js";
import { history } from "./history.js";

/**
 * The operational database as TypeORM's migrations see it; not yet initialized. It has no entities: the migrations are the only
 * description of the tables, and nothing reads or writes rows this way.
 */
export function operationalDatabase(url: URL): DataSource {
  const { user: username = "", ...options } = mysqlOptions(url);
  return new DataSource({
    type: "mysql",
    ...options,
    username,
    poolSize: 1,
    driver: { ...mysql, createPool: poolOfUtcSessions },
    entities: [],
    migrations: [...history],
    migrationsTableName: "schema_migration",
    synchronize: false,
    logging: false,
  });
}

/** TypeORM has no hook for new connections; mysql2's pool queues this before any statement of the borrower. */
function poolOfUtcSessions(options: PoolOptions): Pool {
  const pool = mysql.createPool(options);
  pool.on("connection", (connection: Connection) => void connection.query(sessionStart));
  return pool;
}
