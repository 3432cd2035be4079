/**
 * Measures whether one viewer can stop another. The dearest queries a partner can send run thirty at once and without a pause.
 * Beside them, another viewer sends `{ viewer }`, and a look at /health, each second. It prints how long these took, how the thirty were
 * answered and the memory it cost.
 *
 *     node dist/bench/fairness.js --mysql mysql://root@127.0.0.1:3306 [--stores sqlite:///tmp/bench.db] [--filled] [--rows 520000]
 *         [--seconds 60] [--at-once 30] [--searches 31] [--json]
 *
 * The server only says what the tables are; with --filled, the stores say it, and no server is needed.
 *
 * Exit code 1 when `{ viewer }` took more than 500 ms at p99 or failed, or /health did not answer.
 */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SignJWT } from "jose";
import { migrate } from "../migrations/migrate.js";
import type { Catalog } from "../schema/catalog.js";
import { ownCatalog } from "../schema/meaning/setting.js";
import { catalogIn, dropped } from "./database.js";
import { attack } from "./fairness/attack.js";
import { type Client, deniedFields, searches, send, small } from "./fairness/queries.js";
import { fill } from "./fairness/rows.js";
import { peakMemoryMb } from "./peak-memory.js";

const { values: options } = parseArgs({
  options: {
    mysql: { type: "string", default: process.env.SLUICE_TEST_MYSQL_URL ?? "mysql://root@127.0.0.1:3306" },
    stores: { type: "string" }, filled: { type: "boolean", default: false }, rows: { type: "string", default: "520000" },
    seconds: { type: "string", default: "60" }, "at-once": { type: "string", default: "30" }, searches: { type: "string", default: "31" },
    json: { type: "boolean", default: false },
    // Set in the process that plays the thirty clients.
    attack: { type: "string" },
  },
});
const secret = "a secret of this bench only, and of no other use";
const allowedMs = 500;

const queries = [deniedFields, searches(Number(options.searches))];
void (options.attack ? attack(JSON.parse(options.attack) as Client, queries, Number(options["at-once"])) : main());

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-fairness-"));
  const stores = options.stores ?? `sqlite://${join(folder, "store.db")}`;
  if (!options.filled) {
    say(`filling ${stores} with ${Number(options.rows).toLocaleString("en")} rows`);
    const catalog = await commerceCatalog();
    for (const store of stores.split(",")) await fill(new URL(store), Number(options.rows), catalog);
  }
  const gateway = await startGateway(stores, folder);
  try {
    const report = await measure(gateway);
    const lines = Object.entries(report).map(([name, value]) => `${name.padEnd(22)} ${JSON.stringify(value)}`);
    process.stdout.write(`${options.json ? JSON.stringify(report) : lines.join("\n")}\n`);
    if (report.p99Ms > allowedMs || report.failed > 0 || report.healthFailed > 0) process.exitCode = 1;
  } finally {
    gateway.child.kill();
    await once(gateway.child, "exit");
    await rm(folder, { recursive: true });
  }
}

/** The catalog of the commerce schema, from a database that lasts only that long. */
async function commerceCatalog(): Promise<Catalog> {
  const mysql = new URL(`/fairness_${process.pid}`, options.mysql);
  await using _ = dropped(mysql);
  await migrate(mysql);
  return await catalogIn(mysql);
}

type Gateway = Awaited<ReturnType<typeof startGateway>>;

async function startGateway(stores: string, dataDir: string) {
  const args = ["gateway", "--json", "--port", "0", "--operations-port", "0", "--data-dir", dataDir, "--stores", stores];
  const child = spawn(process.execPath, [join(__dirname, "..", "cli", "main.js"), ...args], {
    env: { ...process.env, SLUICE_CATALOG: ownCatalog, SLUICE_JWT_SECRET: secret, SLUICE_LOG: "error" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data") as [Buffer];
  return { child, ...(JSON.parse(line.toString()) as { readonly url: string; readonly operationsUrl: string }) };
}

/** Asks both each second, whether or not the request before has been answered. */
async function measure({ url, operationsUrl, child }: Gateway) {
  const [other, partner] = [{ url, token: await tokenOf("2") }, { url, token: await tokenOf("1") }];
  await send(other, small, 10_000);
  const attacker = fork(__filename, ["--attack", JSON.stringify(partner), "--at-once", options["at-once"], "--searches", options.searches]);
  const [took, health]: [Promise<number>[], Promise<number>[]] = [[], []];
  for (let second = 0; second < Number(options.seconds); second++) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    took.push(timed(async () => (await send(other, small, 300_000)) === 200));
    health.push(timed(async () => {
      const response = await fetch(`${operationsUrl}/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
      return response?.status === 200;
    }));
  }
  attacker.send("stop");
  const [ms, healthMs] = [await Promise.all(took), await Promise.all(health)];
  const [answers] = await once(attacker, "message") as [Record<string, number>];
  attacker.disconnect();
  const sorted = ms.filter((each) => each >= 0).sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Infinity);
  return {
    p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), asked: ms.length, failed: ms.filter((each) => each < 0).length,
    healthMaxMs: Math.round(Math.max(...healthMs)), healthFailed: healthMs.filter((each) => each < 0).length,
    answersToTheThirty: answers, peakRssMb: peakMemoryMb(child.pid!),
  };
}

/** Milliseconds; -1 when it failed. */
async function timed(work: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  return (await work()) ? performance.now() - began : -1;
}

function tokenOf(counterparty: string): Promise<string> {
  return new SignJWT({ role: "partner", counterparty_id: counterparty }).setProtectedHeader({ alg: "HS256" })
    .setSubject(`partner ${counterparty}`).setExpirationTime("2h").sign(Buffer.from(secret));
}

function say(line: string): void {
  if (!options.json) process.stdout.write(`${line}\n`);
}
