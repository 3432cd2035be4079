import { randomBytes } from "node:crypto";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { engineUrls } from "../support/engines.js";
import { chinook } from "./chinook.js";
import { type Database, quoted, type Server } from "./database.js";
import { sakila } from "./sakila.js";

const databases: readonly {
  readonly name: string; readonly make: (server: Server) => Database; readonly references: Readonly<Record<Server, number>>;
}[] = [
  { name: "sakila", make: sakila, references: { mysql: 22, mariadb: 22 } },
  { name: "chinook", make: chinook, references: { mysql: 11, mariadb: 11 } },
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

interface Reference { readonly name: string; readonly child: string; readonly parent: string; readonly pairs: readonly (readonly [string, string])[] }

async function loaded(server: Server, { statements }: Database) {
  const name = `sluice_test_databases_${randomBytes(4).toString("hex")}`;
  const connection = await createConnection({ uri: engineUrls()[server], charset: "utf8mb4" });
  const rows = async (sql: string): Promise<RowDataPacket[]> => (await connection.query<RowDataPacket[]>(sql))[0];
  const drop = async () => {
    await connection.query(`DROP DATABASE IF EXISTS ${name}`);
    await connection.end();
  };
  try {
    await rows(`CREATE DATABASE ${name}`);
    await rows(`USE ${name}`);
    for (const statement of statements) await run(connection, statement);
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
    counts: async (names: readonly string[]) => new Map(await Promise.all(names.map(async (table) =>
      [table, Number((await rows(`SELECT COUNT(*) AS n FROM ${quoted(table)}`))[0]!.n)] as const))),
    /** The tables that have no index over NOT NULL columns alone that is unique. */
    keyless: async () => {
      const keyed = await rows(`SELECT table_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE()
        GROUP BY table_name, index_name HAVING MAX(non_unique) = 0 AND MAX(nullable) <> 'YES' AND COUNT(column_name) = COUNT(*)`);
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

async function run(connection: Connection, statement: string): Promise<void> {
  try {
    await connection.query(statement);
  } catch (error) {
    throw new Error(`${(error as Error).message}, in: ${statement.slice(0, 2000)}`, { cause: error });
  }
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
