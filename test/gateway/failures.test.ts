import { request } from "node:http";
import { TokenVerifier } from "../../gateway/auth/tokens.js";
import { keySource } from "../../gateway/auth/keys.js";
import { developmentTokens } from "../../gateway/auth/development.js";
import { GatewayMetrics } from "../../gateway/metrics.js";
import { serveApi } from "../../gateway/server.js";
import { ServedStores } from "../../gateway/stores.js";
import { pino } from "pino";
import { totesys } from "../../schema/totesys/catalog.js";
import { openStore } from "../../stores/open.js";
import { Retriable, type Store } from "../../stores/ports.js";
import { type Answer, configOf, fill, folder } from "./world.js";

/** The real store, which fails on demand. */
type Failure = "none" | "down" | "broken" | "hangs";

async function gatewayOver(failure: { now: Failure }) {
  const dataDir = folder();
  const config = configOf(dataDir, { development: true, timeoutMs: "400" });
  await fill(config.stores[0]!);
  const real = await openStore(config.stores[0]!, totesys);
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    if (failure.now === "down") throw new Retriable("reading", new Error("connect ECONNREFUSED 10.1.2.3:9042"));
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
  const stores = new ServedStores([store], metrics, totesys);
  const api = await serveApi({
    config, catalog: totesys, stores, metrics, tokens: [], log: pino({}, { write: (line: string) => void logged.push(line) }),
    verifier: new TokenVerifier(await keySource(config), { issuer: undefined, audience: undefined }),
  });
  const token = (await developmentTokens(config)).find(({ role }) => role === "partner")!.token;
  const ask = async (query: string): Promise<Answer> => {
    const response = await fetch(`${api.url}/graphql`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify({ query }) });
    return { status: response.status, headers: response.headers, ...(await response.json() as object) };
  };
  return { api, stores, ask, logged, async [Symbol.asyncDispose]() { await api[Symbol.asyncDispose](); await stores[Symbol.asyncDispose](); } };
}

const query = `{ viewer { role } design(designId: "1") { designName } search(text: "tote") { nodes { __typename } } }`;

test("a store that is down, hangs or breaks costs only its fields; nothing of the inside is told", async () => {
  const failure: { now: Failure } = { now: "none" };
  await using gateway = await gatewayOver(failure);
  expect((await gateway.ask(query)).errors).toBeUndefined();

  for (const [now, code] of [["down", "UNAVAILABLE"], ["hangs", "UNAVAILABLE"], ["broken", "INTERNAL_SERVER_ERROR"]] as const) {
    failure.now = now;
    const answer = await gateway.ask(query);
    expect([now, answer.status, answer.data]).toEqual([now, 200, { viewer: { role: "PARTNER" }, design: null, search: null }]);
    expect(answer.errors!.map(({ path, extensions }) => [path?.join("."), extensions.code]).sort()).toEqual([["design", code], ["search", code]]);
    expect(JSON.stringify(answer)).not.toMatch(/ECONNREFUSED|10\.1\.2\.3|secret_column|store\.db|node_modules|stack/);
  }
  const { id } = (await gateway.ask(`{ design(designId: "1") { designName } }`)).errors![0]!.extensions as unknown as { id: string };
  expect(gateway.logged.filter((line) => line.includes(id))).toEqual([expect.stringContaining("secret_column")]);

  failure.now = "none";
  expect((await gateway.ask(query)).errors).toBeUndefined();
});

test("invariant 7: what is under way when the gateway stops is still answered", async () => {
  const gateway = await gatewayOver({ now: "hangs" });
  const under = gateway.ask(query);
  // The request has arrived once its headers were read by the server: a second one on another connection proves that it accepts.
  await new Promise<void>((resolve) => request(gateway.api.url, (response) => response.resume().on("end", resolve)).end());
  await Promise.all([gateway[Symbol.asyncDispose](), under.then((answer) => expect(answer.status).toBe(200))]);
  await expect(gateway.ask(query)).rejects.toThrow("fetch failed");
});
