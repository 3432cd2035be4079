import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "../../engines/host/ports.js";
import { runGateway } from "../../gateway/main.js";
import { checkSettings } from "../../gateway/settings.js";
import { PreflightFailed } from "../../runtime/findings.js";
import { totesys } from "../support/totesys.js";
import { openSink } from "../../stores/open.js";
import { configOf, fill, folder, openWorld, type Options } from "./support/world.js";

const dataDir = folder();
afterAll(() => rmSync(dataDir, { recursive: true }));

const findings = (attempt: () => unknown) => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof PreflightFailed) return error.findings.map(({ where, problem }) => `${where}: ${problem}`);
    throw error;
  }
  return [];
};
const check = (options: Options) => findings(() => checkSettings(configOf(dataDir, options)));

test("production does not start without a key", () => {
  expect(check({})).toEqual([expect.stringContaining("SLUICE_JWT_KEYS: there is no key to verify tokens with")]);
  expect(check({ jwtSecret: "x".repeat(32) })).toEqual([]);
  expect(check({ development: true })).toEqual([]);
});

test("development tokens are never offered to a network", () => {
  for (const host of [
    "0.0.0.0", "::", "10.0.0.5", "example.org",
  ]) expect(check({ development: true, host })).toEqual([expect.stringContaining("SLUICE_GATEWAY_HOST")]);
  for (const host of ["127.0.0.1", "::1", "localhost"]) expect(check({ development: true, host })).toEqual([]);
});

test("all problems are reported together", () => {
  expect(check({ development: true, host: "0.0.0.0", jwtSecret: "x".repeat(32), jwtKeys: "http://keys.example.org/jwks" })).toHaveLength(3);
  const wrong = { stores: "mongodb://x", port: "70000", jwtSecret: "short", maxPage: "many" };
  expect(findings(() => configOf(dataDir, wrong)).map((line) => line.split(":")[0])).toEqual([
    "--stores", "--port", "--jwt-secret", "--max-page",
  ]);
  expect(findings(() => configOf(dataDir, wrong)).join()).not.toContain("short");
});

test("a store that cannot be opened is a finding that names it", async () => {
  const file = join(dataDir, "not-a-database.db");
  writeFileSync(file, "plain text, ".repeat(1000));
  const stop = new AbortController();
  stop.abort();
  const attempt = runGateway(configOf(dataDir, { jwtSecret: "x".repeat(32), stores: `sqlite://${file}` }), stop.signal);
  await expect(attempt).rejects.toThrow(PreflightFailed);
  await expect(attempt).rejects.toThrow(/SLUICE_STORES sqlite:.*not-a-database\.db/);
});

test("until sync has written to the store the gateway waits, and says on /health that it is not ready; then it serves", async () => {
  const dataDir = folder(), [port] = await freePorts(1), stop = new AbortController();
  const config = configOf(dataDir, { development: true, operationsPort: String(port) });
  let url: string | null = null;
  const ended = runGateway(config, stop.signal, (addresses) => { url = addresses.url; });
  const health = () => fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
  while ((await health())?.status !== 503) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await (await health())!.json()).toMatchObject({ stores: [{ phase: "none" }] });
  expect(url).toBeNull();

  await fill(config.stores[0]!.url);
  while (url === null) await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await health())!.status).toBe(200);
  stop.abort();
  await ended;
});

test("while sync copies a table again beside the stream, freshness does not claim that the store holds everything", async () => {
  await using world = await openWorld({ development: true });
  const freshness = async () => (await fetch(`${world.operationsUrl}/health`).then((response) =>
    response.json()) as { stores: { phase: string; currentAt: string | null }[] }).stores[0];
  expect(await freshness()).toMatchObject({ phase: "stream" });
  {
    await using sink = await openSink(world.config.stores[0]!.url);
    const progress = await sink.progress();
    if (!progress) throw new Error("it is filled");
    await sink.storeProgress({
      ...progress,
      copied: Object.fromEntries(totesys.entities.map(({ table }) => [table, table === "design" ? "due" : "done"])),
    });
  }
  while ((await freshness())?.phase === "stream") await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await freshness()).toMatchObject({ phase: "snapshot", currentAt: null });
});
