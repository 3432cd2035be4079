import { rmSync } from "node:fs";
import { join } from "node:path";
import { PreflightFailed } from "../../../runtime/findings.js";
import { compile } from "../../../schema/meaning/compile.js";
import { readMeaning } from "../../../schema/meaning/read.js";
import { type Mistake, ofForm, ofNames, ofPolicy, ofRows, ofTables } from "./mistakes.js";
import { column, findingsIn, placeOf, table, worldOf, writeFolder } from "./world.js";

const every = [...ofForm, ...ofPolicy, ...ofTables, ...ofRows, ...ofNames];
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = writeFolder(files);
  folders.push(folder);
  return folder;
}

async function findingsOf(mistakes: readonly Mistake[]) {
  const { files, shape } = worldOf(mistakes), folder = folderOf(files);
  return { folder, files, found: await findingsIn(folder, shape) };
}

const expected = (folder: string, files: Readonly<Record<string, string>>, { at: [file, text], problem, remedy }: Mistake) => ({
  where: join(folder, placeOf(files, file, text)), problem: expect.stringMatching(problem), remedy: expect.stringMatching(remedy),
});

test("a catalog without mistakes compiles, with what its files and its tables say", async () => {
  const { files, shape } = worldOf([]);
  const { catalog, refused } = compile(await readMeaning(folderOf(files)), shape);
  expect(refused).toEqual([]);
  expect(catalog.entities.map(({ table: name }) => name).sort()).toEqual(["customer", "pair", "sale", "supplier"]);
  const sale = catalog.entity("sale");
  expect(sale.fields.id).toEqual({ type: { kind: "int32" }, class: "public", description: "Identifies the sale.", nullable: false });
  expect(sale.fields.made_on).toMatchObject({ type: { kind: "date", zeros: "text" }, class: "internal" });
  expect(sale.fields.price).toMatchObject({ class: "unclassified" });
  expect(sale.references.map(({ name, fields, to }) => `${name}: ${fields.join("+")} -> ${to}`)).toEqual([
    "both: a+b -> pair", "customer: customer_id -> customer", "supplier: supplier_id -> supplier",
  ]);
  expect(sale.owner).toEqual({ kind: "by scope", of: {
    customer: { kind: "through", references: ["customer"] }, supplier: { kind: "field", field: "supplier_id" },
  } });
  expect(catalog.entity("customer").fields).not.toHaveProperty("secret");
  expect(catalog.lookupsFrom(catalog.entity("customer")).map(({ lookup }) => lookup.name)).toEqual(["sales", "salesByTitle"]);
});

test("there are at least 40 mistakes, each of its own sort", () => {
  expect(every.length).toBeGreaterThanOrEqual(40);
  expect(new Set(every.map(({ what }) => what)).size).toBe(every.length);
});

describe.each([
  ["form", ofForm], ["policy", ofPolicy], ["tables and fields", ofTables], ["owners, references, lookups and search", ofRows],
  ["names", ofNames],
])("of %s, a mistake alone is found alone, at its place and with its remedy:", (_, mistakes) => {
  test.each(mistakes.map((mistake) => [mistake.what, mistake] as const))("%s", async (_what, mistake) => {
    const { folder, files, found } = await findingsOf([mistake]);
    expect(found).toEqual([expected(folder, files, mistake)]);
  });
});

test("all mistakes in one folder are found at once, and nothing else", async () => {
  const { folder, files, found } = await findingsOf(every);
  for (const mistake of every) expect(found).toContainEqual(expected(folder, files, mistake));
  expect(found.map(({ where, problem }) => `${where}: ${problem}`)).toHaveLength(every.length);
});

describe("a folder that is no catalog says so:", () => {
  const { files, shape } = worldOf([]);
  const findings = async (given: Readonly<Record<string, string>>) => findingsIn(folderOf(given), shape);

  test("no folder", async () => {
    await expect(readMeaning("no-such-folder")).rejects.toThrow(/no-such-folder: there is no such folder\n.*introspect/);
  });

  test("no catalog.yaml", async () => {
    expect(await findings({ "sale.yaml": files["sale.yaml"]! })).toEqual([expect.objectContaining({ problem: "it has no catalog.yaml" })]);
  });

  test("a catalog.yaml that is no YAML, or empty, does not hide the mistakes of the other files", async () => {
    const beside = { ...files, "supplier.yaml": "owner: referenced\nsearch: [nothing]\n" };
    const nothing = expect.objectContaining({ problem: expect.stringMatching(/^search names nothing/) });
    expect(await findings({ ...beside, "catalog.yaml": "classes: [" })).toEqual([
      expect.objectContaining({ where: expect.stringMatching(/catalog\.yaml:1:11$/), problem: expect.stringMatching(/not YAML/) }), nothing,
    ]);
    expect(await findings({ ...beside, "catalog.yaml": "" })).toEqual([
      expect.objectContaining({ where: expect.stringMatching(/catalog\.yaml:1:1$/), problem: "classes: is missing" }),
      expect.objectContaining({ where: expect.stringMatching(/catalog\.yaml:1:1$/), problem: "roles: is missing" }), nothing,
    ]);
  });

  test("no role", async () => {
    const found = await findings({ "pair.yaml": "owner: everyone\n", "catalog.yaml": "classes: { public: For all. }\nroles: {}\n" });
    expect(found).toEqual([expect.objectContaining({
      where: expect.stringMatching(/catalog\.yaml:2:1$/), problem: "there is no role, so nobody could read anything",
      remedy: "declare a role",
    })]);
  });

  test("no table", async () => {
    const found = await findings({ "catalog.yaml": files["catalog.yaml"]!.replace(/^ {2}(customer|supplier): \{.*\n/gm, "") });
    expect(found).toEqual([expect.objectContaining({ problem: "no table is followed", remedy: expect.stringContaining("include") })]);
  });
});

test("a table that no file asks for is refused alone, and the others are followed", async () => {
  const { files, shape } = worldOf([{ include: "\"*\"" }]);
  const more = [table("keyless", { key: [] }), table("a_view", { isView: true, key: [] }), table("plain")];
  const { catalog, refused } = compile(await readMeaning(folderOf(files)), { tables: [...shape.tables, ...more] });
  expect(refused).toEqual([expect.objectContaining({ where: "table keyless", remedy: expect.stringContaining("ADD PRIMARY KEY") })]);
  expect(["plain", "keyless", "a_view"].filter((name) => catalog.has(name))).toEqual(["plain"]);
});

test("mistakes in a table without a file name the table", async () => {
  const { files, shape } = worldOf([{ include: "later" }]);
  const later = table("later", { columns: [...table("later").columns, column("odd", null)] });
  expect(await findingsIn(folderOf(files), { tables: [...shape.tables, later] })).toEqual([{
    where: "table later", problem: "later: odd is a type of tomorrow, which cannot be followed", remedy: "write `keep: false` for it",
  }]);
});

test("reading alone reports the mistakes of form, for commands that ask no server", async () => {
  const { files } = worldOf(ofForm);
  await expect(readMeaning(folderOf(files))).rejects.toThrow(PreflightFailed);
  await expect(readMeaning(folderOf(worldOf(ofRows).files))).resolves.toMatchObject({ mistakes: [] });
});
