import type { Connection } from "mysql2/promise";
import type { Database } from "./database.js";

/** Makes the database in the one that the connection has selected, which is empty. An error names the statement that failed. */
export async function load(connection: Connection, { statements }: Database): Promise<void> {
  for (const statement of statements) {
    try {
      await connection.query(statement);
    } catch (error) {
      throw new Error(`${(error as Error).message}, in: ${statement.slice(0, 2000)}`, { cause: error });
    }
  }
}
