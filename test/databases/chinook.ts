import { type Database, database, table } from "./database.js";
import { chinookRows } from "./chinook/rows.js";
import { chinookReferences, chinookTables } from "./chinook/tables.js";

/** A shop for digital music: Chinook's eleven tables with their PascalCase names, with data of ours. An employee reports to another. */
export function chinook(): Database {
  const tables = Object.entries(chinookRows()).map(([name, { columns, lines }]) =>
    table(name, chinookTables[name as keyof typeof chinookTables], columns, lines));
  return database(tables, chinookReferences);
}
