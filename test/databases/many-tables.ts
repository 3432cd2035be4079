import { type Database, database, table } from "./database.js";
import { times } from "./words.js";

/** So many small tables, of three rows each. Each refers to the one before it, but for the first. */
export function manyTables(count: number): Database {
  return database(times(count, (n) => table(name(n), `CREATE TABLE ${name(n)} (
      id INT NOT NULL PRIMARY KEY, name VARCHAR(40) NULL, price DECIMAL(10,2) NOT NULL, at DATETIME NULL, before_id INT NULL,
      KEY (name)${n === 1 ? "" : `, FOREIGN KEY (before_id) REFERENCES ${name(n - 1)} (id) ON DELETE SET NULL`}
    ) DEFAULT CHARSET = utf8mb4`, ["id", "name", "price", "at", "before_id"], [
    [1, `first of ${n}`, "0.99", "2024-02-29 12:00:00", 3], [2, null, `${n}.00`, null, null], [3, "", "-1.00", "2000-01-01 00:00:00", 1],
  ])));
}

function name(n: number): string {
  return `small_${String(n).padStart(4, "0")}`;
}
