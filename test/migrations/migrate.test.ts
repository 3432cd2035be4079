import { history } from "../../migrations/history.js";
import { migrate } from "../../migrations/migrate.js";
import { PreflightFailed } from "../../runtime/findings.js";
import { freshDatabase } from "./fresh-database.js";

const names = history.map((migration) => migration.name);

test("two migrators at once: each migration is applied once, and a third finds nothing to do", async () => {
  await using database = await freshDatabase("migrate");
  const seen: string[] = [];
  const both = await Promise.all([1, 2].map(() => migrate(database.url, undefined, ({ name }) => seen.push(name))));
  expect(both.flatMap(({ applied }) => applied)).toEqual(names);
  expect(seen).toEqual(names);
  expect(await migrate(database.url)).toEqual({ applied: [], pending: 0 });
});

test("an abort ends it between two migrations and says how many are left; the next run goes on", async () => {
  await using database = await freshDatabase("migrate");
  const stop = new AbortController();
  expect(await migrate(database.url, stop.signal, () => stop.abort())).toEqual({ applied: names.slice(0, 1), pending: names.length - 1 });
  expect(await migrate(database.url)).toEqual({ applied: names.slice(1), pending: 0 });
});

test("a run that was cut off inside a migration is finished by the next", async () => {
  await using database = await freshDatabase("migrate");
  await migrate(database.url);
  await database.server.query(`DROP TABLE \`${database.name}\`.payment, \`${database.name}\`.transaction`);
  await database.server.query(`DELETE FROM \`${database.name}\`.schema_migration WHERE name = ?`, [names[1]]);
  expect((await migrate(database.url)).applied).toEqual(names.slice(1));
});

test("a database with a newer history is refused, with the migrations it has", async () => {
  await using database = await freshDatabase("migrate");
  await migrate(database.url);
  await database.server.query(
    `INSERT INTO \`${database.name}\`.schema_migration (timestamp, name) VALUES (9999999999999, 'Later9999999999999')`,
  );
  await expect(findings(database.url)).resolves.toMatchObject([
    { problem: expect.stringContaining("Later9999999999999"), remedy: expect.stringContaining("newer") },
  ]);
});

test("a problem that a person can cure is a finding with its remedy, and nothing is written", async () => {
  await using database = await freshDatabase("migrate");
  const changed = (change: (url: URL) => void) => {
    const url = new URL(database.url);
    change(url);
    return findings(url);
  };
  const user = `u_${database.name.slice(-8)}`;
  await database.server.query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'right'`);
  try {
    expect(await changed((url) => { url.port = "1"; })).toMatchObject([
      { where: "mysql 127.0.0.1:1", problem: expect.stringMatching(/ECONNREFUSED/), remedy: expect.stringContaining("start the server") },
    ]);
    expect(await changed((url) => { url.username = user; url.password = "wrong"; })).toMatchObject([
      { problem: expect.stringContaining("Access denied"), remedy: expect.stringContaining("password") },
    ]);
    expect(await changed((url) => { url.username = user; url.password = "right"; })).toMatchObject([
      { problem: expect.stringContaining(database.name), remedy: expect.stringContaining("GRANT") },
    ]);
    expect(await changed((url) => { url.pathname = "/"; })).toMatchObject([
      { problem: expect.stringContaining("no database"), remedy: expect.stringContaining("/totesys") },
    ]);
    expect(await changed((url) => { url.search = "?ssl-mode=MAYBE&colour=red"; })).toMatchObject([
      { problem: expect.stringContaining("colour") }, { problem: expect.stringContaining("MAYBE") },
    ]);
  } finally {
    await database.server.query(`DROP USER '${user}'@'%'`);
  }
  expect(await database.rows("SELECT 1 FROM information_schema.schemata WHERE schema_name = ?", [database.name])).toEqual([]);
});

async function findings(url: URL) {
  const error = await migrate(url).then(() => null, (thrown: unknown) => thrown);
  if (!(error instanceof PreflightFailed)) throw error ?? new Error("it was not refused");
  expect(error.message).not.toMatch(/right|wrong/);
  return error.findings;
}
