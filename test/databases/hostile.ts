import { type Database, database, type Server } from "./database.js";
import { oddlyMade } from "./hostile/columns.js";
import { oddlyKeyed } from "./hostile/keys.js";
import { oddlyNamed } from "./hostile/names.js";
import { oddlyReferring } from "./hostile/references.js";

/**
 * A schema that breaks what is easily assumed of names, keys, references and columns.
 * A table has few rows, with values at the ends of its types.
 */
export function hostile(server: Server): Database {
  const tables = [...oddlyNamed(), ...oddlyKeyed(server), ...oddlyReferring(server), ...oddlyMade(server)];
  return database(tables, Object.values(views), Object.keys(views));
}

const views = {
  "a view's \"name\"": "CREATE VIEW `a view's \"name\"` (`1st column`, `__typename`) AS SELECT id, label FROM `search`",
  viewer_view: "CREATE ALGORITHM = TEMPTABLE VIEW viewer_view AS SELECT v.id, COUNT(*) AS n FROM viewer AS v JOIN node AS n GROUP BY v.id",
} as const;
