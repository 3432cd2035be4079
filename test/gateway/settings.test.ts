import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runGateway } from "../../gateway/main.js";
import { checkSettings } from "../../gateway/settings.js";
import { PreflightFailed } from "../../runtime/findings.js";
import { totesys } from "../../schema/totesys/catalog.js";
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

test("before sync has begun the answer is NOT_READY, and afterwards the rows", async () => {
  await using world = await openWorld({ development: true }, "empty");
  const query = `{ design(designId: "1") { designName } search(text: "tote") { nodes { __typename } } }`;
  const early = await world.ask("partner", query);
  expect(early.errors?.map(({ path, extensions }) => [path, extensions.code]).sort()).toEqual([
    [["design"], "NOT_READY"], [["search"], "NOT_READY"],
  ]);
  expect((await fetch(`${world.operationsUrl}/health`).then((response) => response.json()))).toMatchObject({ stores: [{ phase: "none" }] });

  await fill(world.config.stores[0]!);
  expect(await world.ask("partner", query)).toMatchObject({ data: { design: { designName: "Marigold Tote" } } });
});

test("while sync copies a table again beside the stream, freshness does not claim that the store holds everything", async () => {
  await using world = await openWorld({ development: true });
  const freshness = async () => (await fetch(`${world.operationsUrl}/health`).then((response) =>
    response.json()) as { stores: { phase: string; currentAt: string | null }[] }).stores[0];
  expect(await freshness()).toMatchObject({ phase: "stream" });
  {
    await using sink = await openSink(world.config.stores[0]!, totesys);
    const progress = await sink.progress();
    if (!progress) throw new Error("it is filled");
    await sink.storeProgress({
      ...progress,
      copied: Object.fromEntries(totesys.entities.filter(({ table }) => table !== "design").map(({ table }) => [table, "done"])),
    });
  }
  while ((await freshness())?.phase === "stream") await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await freshness()).toMatchObject({ phase: "snapshot", currentAt: null });
});
