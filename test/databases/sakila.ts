import { type Database, database, inserts, type Table, table } from "./database.js";
import { dateTriggers, filmTriggers, routines, sakilaViews } from "./sakila/programs.js";
import { sakilaRows } from "./sakila/rows.js";
import { sakilaTables } from "./sakila/tables.js";

/**
 * MySQL's own example database, a chain of film rental stores: its sixteen tables, views, triggers and routines, with data of ours.
 * Every foreign key cascades, and store and staff refer to each other.
 */
export function sakila(): Database {
  const { film, ...others } = sakilaRows();
  const tables: readonly Table[] = [
    { name: "film_text", statements: [sakilaTables.film_text], rows: film.lines.length },
    {
      name: "film", rows: film.lines.length,
      statements: [sakilaTables.film, ...filmTriggers, ...inserts("film", film.columns, film.lines)],
    },
    ...Object.entries(others).map(([name, { columns, lines }]) => table(name, sakilaTables[name as keyof typeof others], columns, lines)),
  ];
  return database(tables, [...routines, ...dateTriggers, ...Object.values(sakilaViews)], Object.keys(sakilaViews));
}
