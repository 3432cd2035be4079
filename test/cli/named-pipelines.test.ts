import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { placeSettings } from "../../cli/workspace/workspace.js";
import { migrate } from "../../migrations/migrate.js";
import { sleep } from "../../runtime/wait.js";
import { openSink } from "../../stores/open.js";
import { freshDatabase, type FreshDatabase } from "../migrations/fresh-database.js";
import { runCli, startCli } from "../support/cli.js";

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), "sluice-named-"));
const [one, two] = [`sqlite://${folder}/one.db`, `sqlite://${folder}/two.db`];
let database: FreshDatabase;
const sluice = (stores: string, ...args: readonly string[]) => runCli([...args, "--data-dir", folder], {
  SLUICE_MYSQL_URL: database.url.href, SLUICE_STORES: stores,
});

beforeAll(async () => {
  database = await freshDatabase("named");
  await migrate(database.url);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

interface Pipeline { readonly pipeline: string; readonly state: string }

async function states(stores: string): Promise<Readonly<Record<string, string>>> {
  const { pipelines } = JSON.parse((await sluice(stores, "status", "--json")).stdout) as { readonly pipelines: readonly Pipeline[] };
  return Object.fromEntries(pipelines.map(({ pipeline, state }) => [pipeline, state]));
}

test("two pipelines into two stores of one engine run side by side, and every command knows them by their names", async () => {
  const stores = `orders=${one},archive=${two}`;
  const sync = startCli(["sync", "--sync-port", "0", "--data-dir", folder], { SLUICE_MYSQL_URL: database.url.href, SLUICE_STORES: stores });
  try {
    while (Object.values(await states(stores)).join() !== "streaming,streaming") await sleep(100, new AbortController().signal);
    expect(await sluice(stores, "pause", "archive")).toMatchObject({ code: 0 });
    expect(await states(stores)).toEqual({ orders: "streaming", archive: "paused" });
    expect((await sluice(stores, "pause", "embedded")).stderr).toMatch(/no pipeline is named "embedded"[^]*name one of orders, archive/);
    expect(await sluice(stores, "resume", "archive")).toMatchObject({ code: 0 });
    const verified = await sluice(stores, "verify", "--json");
    expect(new Set((JSON.parse(verified.stdout) as { tables: { store: string }[] }).tables.map(({ store }) => store))).toEqual(
      new Set(["orders", "archive"]),
    );
  } finally {
    sync.process.kill("SIGTERM");
  }
  expect(await sync.ended).toMatchObject({ code: 0 });

  {
    await using sink = await openSink(new URL(two));
    await sink.deadLetters.park([{ entity: "design", key: ["1"], version: 1, reason: "planted", change: null }]);
  }
  expect((await sluice(stores, "dead-letters", "list")).stdout).toMatch(/^archive\/design\/1 /m);
  expect(await sluice(stores, "dead-letters", "retry", "archive/design/1")).toMatchObject({ code: 0 });
  expect((await sluice(stores, "resnapshot", "--store", "orders")).stdout).toMatch(/^orders: every table will be copied again/);
  // Without the names, the same stores are two of one name.
  expect((await sluice(`${one},${two}`, "status")).stderr).toMatch(/two pipelines are named embedded[^]*orders=cassandra/);
  // A store that was fed under one name is adopted under another.
  expect(await states(`renamed=${two}`)).toEqual({ renamed: "stopped" });
});

test("start and up take a name before an engine or a URL, and refuse two pipelines of one name or into one place", () => {
  const read = (text: string) => placeSettings.stores.schema.safeParse(text);
  expect(read("orders=cassandra,elasticsearch").data).toEqual([
    { name: "orders", item: "cassandra" }, { name: null, item: "elasticsearch" },
  ]);
  expect(read("archive=sqlite:a.db").data).toEqual([{ name: "archive", item: new URL("sqlite:a.db") }]);
  expect(read("a=cassandra,b=cassandra").error!.message).toMatch(/the pipelines a and b lead into one place/);
  expect(read("embedded,sqlite:a.db").error!.message).toMatch(/two pipelines are named embedded/);
});
