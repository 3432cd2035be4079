import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createConnection } from "mysql2/promise";
import { chinook } from "../databases/chinook.js";
import { load } from "../databases/load.js";
import { runCli } from "../support/cli.js";
import { engineUrls } from "../support/engines.js";

const home = mkdtempSync(join(tmpdir(), "sluice-catalog-"));
const database = `catalogs_${randomBytes(4).toString("hex")}`;
const server = engineUrls().mysql, url = new URL(`/${database}`, server).href;
let connection: Connection;

beforeAll(async () => {
  connection = await createConnection(server);
  await connection.query(`CREATE DATABASE ${database}`);
  await connection.changeUser({ database });
  await load(connection, chinook());
}, 60_000);

afterAll(async () => {
  await connection.query(`DROP DATABASE IF EXISTS ${database}`);
  await connection.end();
  rmSync(home, { recursive: true, force: true });
});

/** A catalog as `introspect` writes it, with a role that sees its own rows. */
async function introspected(name: string): Promise<string> {
  const folder = join(home, name);
  const ended = await runCli(["introspect", url, "--out", folder]);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  edit(join(folder, "catalog.yaml"), /$/, `  customer:
    description: A customer sees the public fields of its own rows.
    reads: [public]
    rows: { claim: customer_id, of: Customer }
`, "roles:\n");
  edit(join(folder, "Customer.yaml"), "owner: hidden", "owner: { field: CustomerId }");
  edit(join(folder, "Customer.yaml"), "CustomerId: internal", "CustomerId: public");
  return folder;
}

/** Replaces a text that must be there; or puts another behind it. */
function edit(file: string, old: string | RegExp, text: string, behind?: string): void {
  const before = readFileSync(file, "utf8");
  const after = behind === undefined ? before.replace(old, text) : before.replace(behind, `${behind}${text}`);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
}

const catalog = (folder: string, ...words: string[]) => runCli(["catalog", ...words, "--catalog", folder, "--mysql", url]);

test("introspect run again loses no edit and no comment, and adds the column and the table that are new", async () => {
  const folder = await introspected("twice");
  const files = (): Record<string, string> =>
    Object.fromEntries(readdirSync(folder).sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  edit(join(folder, "Album.yaml"), "Title: internal",
    "Title: { class: public, description: \"What is on the cover: the title\" } # as printed");
  appendFileSync(join(folder, "Album.yaml"), "\n# A note at the end.\n");
  edit(join(folder, "Track.yaml"), /^ {2}Composer: .*\n/m, "  # Nobody asks for it.\n  Composer: { class: public, name: writer }\n\n");
  rmSync(join(folder, "MediaType.yaml"));
  writeFileSync(join(folder, "media.yaml"), `# Files and streams.
table: MediaType
owner: everyone
fields: { MediaTypeId: public, Name: public } # all of it
`);
  const edited = files();
  expect(await runCli(["introspect", url, "--out", folder])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`0 files made, 0 files got new columns, ${Object.keys(edited).length - 1} as they were`),
  });
  expect(files()).toEqual(edited);

  await connection.query("ALTER TABLE Album ADD COLUMN Released DATE COMMENT 'The day it came out', ADD COLUMN `odd name: x` INT");
  await connection.query("CREATE TABLE Label (LabelId INT PRIMARY KEY, Phone VARCHAR(30))");
  try {
    expect(await runCli(["introspect", url, "--out", folder])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/1 file made, 1 file got new columns[^]*taken for personal, by their names:\n {2}Label\.Phone/),
    });
    const { "Album.yaml": album, "Label.yaml": label, ...others } = files();
    const { "Album.yaml": before, ...untouched } = edited;
    expect(others).toEqual(untouched);
    expect(label).toContain("Phone: personal");
    const lines = album!.split("\n");
    expect(before!.split("\n").filter((line) => !lines.includes(line))).toEqual([]);
    expect(lines.filter((line) => !before!.split("\n").includes(line))).toEqual([
      "  Released: { class: internal, description: The day it came out }", "  \"odd name: x\": internal",
    ]);
    expect(await catalog(folder)).toMatchObject({ code: 0 });
  } finally {
    await connection.query("DROP TABLE Label");
    await connection.query("ALTER TABLE Album DROP COLUMN Released, DROP COLUMN `odd name: x`");
  }
  const gone = await runCli(["introspect", url, "--out", folder]);
  expect(gone.code).toBe(1);
  expect(gone.stdout).toMatch(/no longer fits the database:\n[^]*Album\.yaml:\d+:3: there is no column Released in Album/);
}, 60_000);

test("catalog check says that a catalog fits, and how large it is; show and matrix say what it means and who reads it", async () => {
  const folder = await introspected("good");
  expect(await catalog(folder)).toMatchObject({
    code: 0, stderr: "", stdout: expect.stringMatching(/good fits: 11 tables, \d+ fields, 2 roles\n$/),
  });

  const show = await catalog(folder, "show");
  expect(show).toMatchObject({ code: 0, stderr: "" });
  expect(show.stdout).toMatch(/^Customer {2}\(table Customer, key CustomerId, rows: by CustomerId\)$/m);
  expect(show.stdout).toMatch(/^ *unitPrice +UnitPrice +decimal +internal/m);
  expect(show.stdout).toMatch(/^ {2}reportsTo\w* -> Employee by ReportsTo$/m);
  expect(show.stdout).toMatch(/^ {2}listed as albums by ArtistId, ordered by AlbumId asc$/m);
  expect(show.stdout).toMatch(/^PlaylistTrack {2}\(table PlaylistTrack, key PlaylistId, TrackId, rows: hidden\)$/m);

  const matrix = await catalog(folder, "matrix");
  expect(matrix).toMatchObject({ code: 0, stderr: "" });
  expect(matrix.stdout).toMatch(/field +class +(customer +administrator|administrator +customer)/);
  expect(matrix.stdout).toMatch(/^ *Customer\.customerId +public +reads +reads/m);
  expect(matrix.stdout).toMatch(/^ *Customer\.email +personal +(- +reads|reads +-)/m);
  expect(matrix.stdout).toMatch(/customer sees the rows of its own Customer \(claim customer_id\)/);
  expect(matrix.stdout).toMatch(/administrator sees every row/);

  const { stdout } = await catalog(folder, "matrix", "--json");
  expect(JSON.parse(stdout)).toContainEqual({ field: "Customer.email", class: "personal", readBy: ["administrator"] });
}, 60_000);

test("a wrong catalog ends check and sync with code 2 and every finding at its place, and sync writes nothing", async () => {
  const folder = await introspected("wrong"), store = join(home, "wrong.db");
  edit(join(folder, "Artist.yaml"), "ArtistId: internal", "ArtistId: secret\n  Nmae: public");
  edit(join(folder, "Album.yaml"), "owner: hidden", "ownr: hidden");
  edit(join(folder, "Genre.yaml"), "owner: hidden", "owner: { scopes: { Custmer: everyone } }");
  writeFileSync(join(folder, "Invoice.yaml"), "fields: { InvoiceId: public\n");
  edit(join(folder, "catalog.yaml"), /^ {4}reads: \[public\]$/m, "    reads: [public, privat]");
  const places = [
    /Artist\.yaml:\d+:3: there is no column Nmae in Artist; did you mean Name\?\n +remedy: correct the name/,
    /Artist\.yaml:\d+:3: ArtistId has the class secret, which catalog\.yaml does not have\n +remedy: give it one of/,
    /Album\.yaml:\d+:1: ownr: is not known here\n +remedy: correct it there/,
    /Genre\.yaml:\d+:20: no role has rows of Custmer; did you mean Customer\?\n +remedy: name some of Customer/,
    /Invoice\.yaml:\d+:\d+: it is not YAML: .*\n +remedy: correct the file there/,
    /catalog\.yaml:\d+:21: the role customer reads privat, which is no class\n +remedy: name some of public/,
  ];
  for (const ended of [
    await catalog(folder),
    await runCli([
      "sync", "--catalog", folder, "--mysql", url, "--stores", `sqlite://${store}`, "--sync-port", "0", "--data-dir", join(home, "data"),
    ]),
  ]) {
    expect(ended.code).toBe(2);
    for (const place of places) expect(ended.stderr).toMatch(place);
    expect(ended.stderr).not.toMatch(/\n {4}at /);
  }
  expect(existsSync(store)).toBe(false);
  expect(readdirSync(home).filter((name) => name.startsWith("wrong.db"))).toEqual([]);
}, 60_000);

test("mistakes in the files are reported also when the server does not answer", async () => {
  const folder = await introspected("away");
  edit(join(folder, "Album.yaml"), "owner: hidden", "ownr: hidden");
  const ended = await runCli(["catalog", "--catalog", folder, "--mysql", "mysql://root@127.0.0.1:1/nowhere"]);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(/Album\.yaml:\d+:1: ownr: is not known here[^]*ECONNREFUSED/);
}, 60_000);
