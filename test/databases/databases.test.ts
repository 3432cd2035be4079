import { randomBytes } from "node:crypto";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { engineUrls } from "../support/engines.js";
import { chinook } from "./chinook.js";
import { type Database, quoted, type Server } from "./database.js";
import { hostile } from "./hostile.js";
import { load } from "./load.js";
import { manyTables } from "./many-tables.js";
import { sakila } from "./sakila.js";

const databases: readonly {
  readonly name: string; readonly make: (server: Server) => Database; readonly references: Readonly<Record<Server, number>>;
}[] = [
  { name: "sakila", make: sakila, references: { mysql: 22, mariadb: 22 } },
  { name: "chinook", make: chinook, references: { mysql: 11, mariadb: 11 } },
  { name: "hostile", make: hostile, references: { mysql: 34, mariadb: 34 } },
  { name: "many tables", make: () => manyTables(20), references: { mysql: 19, mariadb: 19 } },
];

describe.each(["mysql", "mariadb"] as const)("on %s", (server) => {
  test.each(databases)("$name loads with the rows it promises, and no foreign key is violated", async ({ make, references }) => {
    const made = make(server);
    await using place = await loaded(server, made);
    expect(await place.tables("BASE TABLE")).toEqual([...made.rows.keys()].sort());
    expect(await place.tables("VIEW")).toEqual([...made.views].sort());
    expect(await place.counts([...made.rows.keys()])).toEqual(made.rows);
    expect(await place.keyless()).toEqual([...made.keyless].sort());
    await Promise.all(made.views.map((view) => place.rows(`SELECT * FROM ${quoted(view)}`)));
    const found = await place.references();
    expect(found.length).toBe(references[server]);
    expect(await place.violations(found)).toEqual([]);
  });

  test("Sakila's programs work: a trigger keeps film_text, a function and a procedure answer, a new rental is of now", async () => {
    await using place = await loaded(server, sakila());
    const one = async (sql: string) => Object.values((await place.rows(sql))[0]!).map(String);
    await place.rows("UPDATE film SET film_id = 1001, title = 'RENAMED' WHERE film_id = 7");
    expect(await one("SELECT title FROM film_text WHERE film_id = 1001")).toEqual(["RENAMED"]);
    expect(await one("SELECT COUNT(*) FROM film_actor WHERE film_id = 1001")).toEqual(["3"]);
    expect(await one("SELECT inventory_in_stock(inventory_id) FROM rental WHERE return_date IS NULL LIMIT 1")).toEqual(["0"]);
    await place.rows("CALL film_in_stock(1, 2, @copies)");
    expect(await one("SELECT @copies > 0")).toEqual(["1"]);
    await place.rows("INSERT INTO rental (rental_date, inventory_id, customer_id, staff_id) VALUES ('2000-01-01', 1, 1, 1)");
    expect(await one("SELECT rental_date > '2020-01-01' FROM rental WHERE rental_id > 2000")).toEqual(["1"]);
  });

  test("the hostile schema holds the keys and columns that stores find hard", async () => {
    await using place = await loaded(server, hostile(server));
    const one = async (sql: string) => Object.values((await place.rows(sql))[0]!).map(String);
    expect(await one("SELECT MAX(k) FROM key_unsigned")).toEqual(["18446744073709551615"]);
    expect(await one("SELECT COUNT(*), MAX(CHAR_LENGTH(k)), MAX(LENGTH(k)) FROM key_long")).toEqual(["5", "700", "2800"]);
    expect(await one("SELECT COUNT(*) FROM key_folded AS k JOIN ref_kinds AS r ON r.to_folded = k.k AND BINARY r.to_folded <> BINARY k.k"))
      .toEqual(["3"]);
    expect(await one("SELECT HEX(k), LENGTH(k) FROM key_varbinary ORDER BY k LIMIT 1")).toEqual(["", "0"]);
    // mysql2 ends the connection where a result has a column of the name `__proto__`: a query has to rename it.
    expect(await one("SELECT `line\nbreak`, `__proto__` AS renamed, `id.with.dots` FROM `odd columns` WHERE id = 1"))
      .toEqual(["line\nbreak", "__proto__", "id.with.dots"]);
    const columns = await place.rows(`SELECT table_name AS name, COUNT(*) AS n, SUM(extra LIKE '%INVISIBLE%') AS hidden
      FROM information_schema.columns WHERE table_schema = DATABASE() GROUP BY table_name`);
    const shapes = new Map(columns.map((row) => [String(row.name), [Number(row.n), Number(row.hidden)]]));
    expect(shapes.get("wide")).toEqual([401, 0]);
    expect(shapes.get("invisible_columns")).toEqual([4, 2]);
    expect(shapes.get("key_invisible")).toEqual(server === "mysql" ? [3, 1] : undefined);
  });

  test("a reference to a row that is not there is found", async () => {
    await using place = await loaded(server, chinook());
    await place.rows("SET foreign_key_checks = 0");
    await place.rows("DELETE FROM `Genre` WHERE `GenreId` = 1");
    expect(await place.violations(await place.references())).toEqual(["Track.FK_TrackGenreId"]);
  });
});

test.each(databases)("$name is the same at every making", ({ make }) => {
  expect(make("mysql")).toEqual(make("mysql"));
});

interface Reference {
  readonly name: string;
  readonly child: string;
  readonly parent: string;
  /** Each column with the parent's column that it refers to. */
  readonly pairs: readonly (readonly [string, string])[];
}

async function loaded(server: Server, database: Database) {
  const name = `sluice_test_databases_${randomBytes(4).toString("hex")}`;
  const exact = { charset: "utf8mb4", supportBigNumbers: true, bigNumberStrings: true };
  const connection = await createConnection({ uri: engineUrls()[server], ...exact });
  const rows = async (sql: string): Promise<RowDataPacket[]> => (await connection.query<RowDataPacket[]>(sql))[0];
  // A connection of its own drops the database, because an error in a test may have ended the other one.
  const drop = async () => {
    connection.destroy();
    const dropping = await createConnection(engineUrls()[server]);
    await dropping.query(`DROP DATABASE IF EXISTS ${name}`);
    await dropping.end();
  };
  try {
    await rows(`CREATE DATABASE ${name}`);
    await rows(`USE ${name}`);
    await load(connection, database);
  } catch (error) {
    await drop();
    throw error;
  }
  const tables = async (type: string) =>
    (await rows(`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = '${type}'`))
      .map((row) => String(row.name)).sort();
  return {
    rows, tables,
    references: () => references(rows),
    counts: async (names: readonly string[]) => new Map(await Promise.all(names.map(async (table) => {
      const [found] = await rows(`SELECT COUNT(*) AS n FROM ${quoted(table)}`);
      return [table, Number(found!.n)] as const;
    }))),
    /** The tables that have neither a primary key nor a unique index over whole columns that are NOT NULL. */
    keyless: async () => {
      const keyed = await rows(`SELECT table_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE()
        GROUP BY BINARY table_name, table_name, index_name
        HAVING MAX(non_unique) = 0 AND MAX(nullable) <> 'YES' AND COUNT(column_name) = COUNT(*)
          AND SUM(index_name <> 'PRIMARY' AND sub_part IS NOT NULL) = 0`);
      const names = new Set(keyed.map((row) => String(row.name)));
      return (await tables("BASE TABLE")).filter((table) => !names.has(table));
    },
    violations: async (all: readonly Reference[]) => {
      const found = await Promise.all(all.map(async (each) => ({ each, orphans: await orphans(rows, each) })));
      return found.filter(({ orphans }) => orphans > 0).map(({ each }) => `${each.child}.${each.name}`);
    },
    [Symbol.asyncDispose]: drop,
  };
}

type Rows = (sql: string) => Promise<RowDataPacket[]>;

async function references(rows: Rows): Promise<readonly Reference[]> {
  const columns = await rows(`SELECT table_name AS child, constraint_name AS name, column_name AS col, referenced_table_name AS parent,
      referenced_column_name AS refers
    FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL
    ORDER BY table_name, constraint_name, ordinal_position`);
  const names = [...new Set(columns.map(({ child, name }) => JSON.stringify([child, name])))];
  return names.map((id) => {
    const [child, name] = JSON.parse(id) as [string, string];
    const own = columns.filter((column) => column.child === child && column.name === name);
    return { name, child, parent: String(own[0]!.parent), pairs: own.map(({ col, refers }) => [String(col), String(refers)] as const) };
  });
}

/** A reference with a NULL in one of its columns refers to nothing, so it is no orphan. */
async function orphans(rows: Rows, { child, parent, pairs }: Reference): Promise<number> {
  const refers = pairs.map(([column]) => `c.${quoted(column)} IS NOT NULL`);
  const meets = pairs.map(([column, refers]) => `p.${quoted(refers)} = c.${quoted(column)}`);
  const [found] = await rows(`SELECT COUNT(*) AS n FROM ${quoted(child)} AS c WHERE ${refers.join(" AND ")}
    AND NOT EXISTS (SELECT 1 FROM ${quoted(parent)} AS p WHERE ${meets.join(" AND ")})`);
  return Number(found!.n);
}
