import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../../engines/host/ports.js";
import { totesys } from "../support/totesys.js";
import { runCli } from "../support/cli.js";
import { defineInCassandra, dropElasticsearch } from "../support/drop.js";
import { engineUrls } from "../support/engines.js";

const name = `start_${randomBytes(4).toString("hex")}`;
const folder = mkdtempSync(join(tmpdir(), "sluice-start-"));
const { cassandra, elasticsearch } = engineUrls();

afterAll(async () => {
  await defineInCassandra(cassandra, `DROP KEYSPACE IF EXISTS ${name}`);
  await dropElasticsearch(elasticsearch, name);
  rmSync(folder, { recursive: true, force: true });
}, 180_000);

interface Checked {
  readonly ok: boolean;
  readonly verify: { readonly tables: readonly {
    readonly store: string; readonly table: string; readonly rows: number; readonly entries: number; readonly differences: number;
  }[] };
  readonly samples: readonly { readonly role: string; readonly right: boolean }[];
}

async function check(home: string, ...where: readonly string[]): Promise<Checked> {
  const [port, operationsPort, syncPort] = await freePorts(3);
  const { code, stdout, stderr } = await runCli([
    "start", "--check", "--json", ...where, "--data-dir", join(folder, home),
    "--rows", "3000", "--rate", "100", "--check-transactions", "200",
    "--port", String(port), "--operations-port", String(operationsPort), "--sync-port", String(syncPort),
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Checked;
}

function holds(checked: Checked, stores: readonly string[]): void {
  expect(checked.ok).toBe(true);
  expect(checked.verify.tables.map(({ store, table }) => `${store} ${table}`).sort()).toEqual(
    stores.flatMap((store) => totesys.entities.map(({ table }) => `${store} ${table}`)).sort(),
  );
  for (const { rows, differences } of checked.verify.tables) {
    expect(rows).toBeGreaterThan(0);
    expect(differences).toBe(0);
  }
  expect(checked.samples.filter(({ right }) => right).map(({ role }) => role).sort()).toEqual([
    "administrator", "finance", "partner", "staff", "support",
  ]);
}

test("start --check: a MySQL of its own, generated, synced, served, verified and asked as each role, from one file", async () => {
  holds(await check("embedded"), ["embedded"]);
}, 180_000);

test("start --check: the same from Cassandra and Elasticsearch", async () => {
  const stores = `${cassandra.replace(/\/$/, "")}/${name},${elasticsearch.replace(/^http/, "elasticsearch").replace(/\/$/, "")}/${name}`;
  holds(await check("served", "--stores", stores), ["cassandra", "elasticsearch"]);
}, 180_000);
