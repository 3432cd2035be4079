import { request } from "node:http";
import { developmentTokens } from "../../gateway/auth/development.js";
import { keySource } from "../../gateway/auth/keys.js";
import { TokenVerifier } from "../../gateway/auth/tokens.js";
import { serveApi } from "../../gateway/http/server.js";
import { GatewayMetrics } from "../../gateway/metrics.js";
import { ServedStores } from "../../gateway/stores/stores.js";
import { pino } from "pino";
import { totesys } from "../support/totesys.js";
import { openStore } from "../../stores/open.js";
import { Retriable, type Store, TimedOut } from "../../stores/ports.js";
import { type Answer, configOf, fill, folder, type Options } from "./support/world.js";

/** The real store, which fails on demand. */
type Failure = "none" | "down" | "late" | "broken" | "hangs";

async function gatewayOver(failure: { now: Failure; release?: Promise<void> }, options: Options = { timeoutMs: "3000" }) {
  const dataDir = folder();
  const config = configOf(dataDir, { development: true, ...options });
  await fill(config.stores[0]!.url);
  const real = await openStore(config.stores[0]!.url);
  const calls = { begun: 0 };
  // The first search starts the process that answers it; the gateway below would not wait for that.
  await real.search!.search({
    text: "tote", targets: [{ entity: totesys.entity("design"), fields: ["design_name"], scope: null }], limit: 1, after: null,
  });
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    calls.begun++;
    await failure.release;
    if (failure.now === "down") throw new Retriable("reading", new Error("connect ECONNREFUSED 10.1.2.3:9042"));
    if (failure.now === "late") throw new TimedOut("searching in /var/lib/store.db", 1);
    if (failure.now === "broken") throw new Error("syntax error in SELECT secret_column FROM /var/lib/store.db");
    if (failure.now === "hangs") return new Promise<T>(() => undefined);
    return work();
  };
  const store: Store = {
    ...real,
    rows: { get: (...args) => guard(() => real.rows!.get(...args)), list: (...args) => guard(() => real.rows!.list(...args)) },
    search: { search: (query) => guard(() => real.search!.search(query)) },
    progress: () => guard(() => real.progress()),
  };
  const logged: string[] = [];
  const metrics = new GatewayMetrics();
  const stores = new ServedStores([store], metrics);
  const api = await serveApi({
    config, catalog: totesys, stores, metrics, tokens: [], log: pino({}, { write: (line: string) => void logged.push(line) }),
    verifier: new TokenVerifier(await keySource(config), { issuer: undefined, audience: undefined }, totesys),
  });
  const tokens = new Map((await developmentTokens(config, totesys)).map(({ role, token }) => [role, token]));
  const ask = async (query: string, role: string = "partner", signal: AbortSignal | null = null): Promise<Answer> => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${tokens.get(role)}` };
    const response = await fetch(`${api.url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }), signal });
    return { status: response.status, headers: response.headers, ...(await response.json() as object) };
  };
  return {
    api, stores, ask, logged, calls, metrics,
    async [Symbol.asyncDispose]() { await api[Symbol.asyncDispose](); await stores[Symbol.asyncDispose](); },
  };
}

const query = `{ viewer { role } design(designId: "1") { designName } search(text: "tote") { nodes { __typename } } }`;

test("a store that is down, hangs or breaks costs only its fields; nothing of the inside is shown", async () => {
  const failure: { now: Failure } = { now: "none" };
  await using gateway = await gatewayOver(failure);
  expect((await gateway.ask(query)).errors).toBeUndefined();

  for (const [now, code] of [
    ["down", "UNAVAILABLE"], ["late", "UNAVAILABLE"], ["hangs", "UNAVAILABLE"], ["broken", "INTERNAL_SERVER_ERROR"],
  ] as const) {
    failure.now = now;
    const answer = await gateway.ask(query);
    expect([now, answer.status, answer.data]).toEqual([now, 200, { viewer: { role: "PARTNER" }, design: null, search: null }]);
    expect(answer.errors!.map(({ path, extensions }) => [path?.join("."), extensions.code]).sort()).toEqual([
      ["design", code], ["search", code],
    ]);
    expect(JSON.stringify(answer)).not.toMatch(/ECONNREFUSED|10\.1\.2\.3|secret_column|store\.db|node_modules|stack/);
  }
  const { id } = (await gateway.ask(`{ design(designId: "1") { designName } }`)).errors![0]!.extensions as unknown as { id: string };
  expect(gateway.logged.filter((line) => line.includes(id))).toEqual([expect.stringContaining("secret_column")]);

  failure.now = "none";
  expect((await gateway.ask(query)).errors).toBeUndefined();
});

test("invariant 7: requests under way when the gateway stops are still answered", async () => {
  const gateway = await gatewayOver({ now: "hangs" });
  const under = gateway.ask(query);
  // The request has arrived once its headers were read by the server: a second one on another connection proves that it accepts.
  await new Promise<void>((resolve) => request(gateway.api.url, (response) => response.resume().on("end", resolve)).end());
  await Promise.all([gateway[Symbol.asyncDispose](), under.then((answer) => expect(answer.status).toBe(200))]);
  await expect(gateway.ask(query)).rejects.toThrow("fetch failed");
});

const until = async (holds: () => boolean) => { while (!holds()) await new Promise((resolve) => setImmediate(resolve)); };

test("a request whose client went away reads nothing more, and costs its viewer no turn", async () => {
  let release!: () => void;
  const failure: { now: Failure; release?: Promise<void> } = { now: "none", release: new Promise((resolve) => { release = resolve; }) };
  await using gateway = await gatewayOver(failure, { atOnce: "1" });
  const away = new AbortController();
  const before = gateway.calls.begun;
  const left = gateway.ask(
    `{ staff(staffId: "1") { salesOrders { nodes { design { designName } transactions { nodes { payments { nodes { paymentId } } } } } } `
      + "} }",
    "administrator",
    away.signal,
  );
  await until(() => gateway.calls.begun > before);
  away.abort();
  await expect(left).rejects.toThrow(/abort/);
  // The viewer's next request gets its turn while the store still has not answered the first.
  expect((await gateway.ask("{ viewer { role } }", "administrator")).data).toEqual({ viewer: { role: "ADMINISTRATOR" } });
  release();
  await gateway.ask("{ viewer { role } }", "administrator");
  expect(gateway.logged.join("")).toBe("");
  // What was under way was given up, and nothing began after it.
  expect(await storeCalls(gateway.metrics)).toEqual({ get: 1 });
});

test("one viewer's operations that hang make no other wait; beyond what may wait they are refused: 429", async () => {
  let release!: () => void;
  const failure: { now: Failure; release?: Promise<void> } = { now: "none" };
  await using gateway = await gatewayOver(failure, { atOnce: "4", waiting: "20", timeoutMs: "50000" });
  await gateway.ask("{ viewer { role } }");
  failure.release = new Promise((resolve) => { release = resolve; });
  const thirty = Array.from({ length: 30 }, () => gateway.ask(`{ design(designId: "1") { designName } }`));
  const refused = (await firstOf(thirty, 6)).map(({ status, headers, errors }) => [
    status, headers.get("retry-after"), errors?.[0]?.extensions.code,
  ]);
  expect(refused).toEqual(Array.from({ length: 6 }, () => [429, "1", "RATE_LIMITED"]));
  expect((await storeCalls(gateway.metrics)).get ?? 0).toBe(0);
  expect((await gateway.ask("{ viewer { __typename } nope: __typename }", "staff")).status).toBe(200);
  release();
  const answers = await Promise.all(thirty);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(24);
});

/** The first `n` that are answered. */
function firstOf(all: readonly Promise<Answer>[], n: number): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  return new Promise((resolve, reject) => all.forEach((each) => each.then((answer) => {
    answers.push(answer);
    if (answers.length === n) resolve(answers);
  }, reject)));
}

/** The calls of the stores that ended, by operation. */
async function storeCalls(metrics: GatewayMetrics): Promise<Record<string, number>> {
  const text = await metrics.registry.metrics();
  return Object.fromEntries(
    [...text.matchAll(/^sluice_gateway_store_seconds_count\{.*call="(\w+)".*\} (\d+)$/gm)].map(([, call, n]) => [call!, Number(n)]),
  );
}
