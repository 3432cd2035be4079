import { join, resolve } from "node:path";
import { developmentTokens } from "../../gateway/auth/development.js";
import { verifyStores } from "../../operate/verify.js";
import { onThisMachine } from "../../runtime/http/listening.js";
import { stopped } from "../../runtime/stop.js";
import { policyOf } from "../../schema/meaning/compile.js";
import { type Meaning, readMeaning } from "../../schema/meaning/read.js";
import { fillDatabase, sayAway, streamToDatabase } from "../generating.js";
import type { Output } from "../output.js";
import { tokensText } from "../text/tokens-text.js";
import { reportText } from "../text/verify-text.js";
import { type Service, startService } from "../workspace/service.js";
import type { Workspace } from "../workspace/workspace.js";
import { showLive, type Sources } from "./live.js";
import { askAll, sampleTable } from "./samples.js";

export interface SystemOptions {
  readonly dataDir: string;
  readonly seed: number;
  readonly rows: number;
  readonly until: number;
  readonly rate: number;
  readonly connections: number;
  readonly keep: boolean;
  readonly check: boolean;
  readonly checkTransactions: number;
  readonly host: string;
  readonly port: number;
  readonly operationsPort: number;
  readonly syncPort: number;
  readonly jwtKeys: URL | undefined;
  readonly jwtSecret: string | undefined;
  readonly developmentKey: string;
  readonly catalog: string;
  /** Whether the database is of this data folder; otherwise nothing is written into it. */
  readonly ownsDatabase: boolean;
}

type Tokens = Awaited<ReturnType<typeof developmentTokens>>;
type Addresses = Service["addresses"];

/** Migrates, fills, and runs sync and gateway as processes of their own, beside a generator, until the signal or the check ends it. */
export async function runSystem(
  options: SystemOptions, place: Workspace, out: Output, terminal: boolean, signal: AbortSignal,
): Promise<number> {
  const meaning = await readMeaning(options.catalog);
  if (options.ownsDatabase) await makeDatabase(options, place, out, signal);
  else out.say("mysql: it is yours, so nothing is written into it: no migration, no fill, no trade");

  const environment = { ...place.environment, ...servicesEnvironment(options) };
  const logDir = join(options.dataDir, "logs");
  await using sync = await startService({ name: "sync", environment, logDir }, signal);
  await using gateway = await startService({ name: "gateway", environment, logDir }, signal);

  const tokens = await developmentTokens(
    { ...options, development: true, jwtIssuer: undefined, jwtAudience: undefined }, policyOf(meaning),
  );
  const url = onThisMachine(gateway.addresses.url!);
  const text = await tokensText(tokens, options.dataDir);
  void stopped(signal).then(() => out.say("stopping: sync and the gateway come to rest, then the engines end"));
  out.say(welcome(url, sync.addresses, gateway.addresses, logDir, options, text.lines));

  // A service that ends by itself ends the whole, whatever is under way.
  const ending = new AbortController();
  const all = AbortSignal.any([signal, ending.signal]);
  const failed = endOf([sync, gateway, place]).then((error) => { ending.abort(error); throw error; });
  const work = options.check
    ? check({ ...options, meaning }, place, `${url}/graphql`, tokens, out, all)
    : live(options, place, { sync: sync.addresses.operationsUrl, gateway: gateway.addresses.operationsUrl }, out, terminal, all);
  if (out.json && !options.check) out.result(
    { url: `${url}/graphql`, sync: sync.addresses.operationsUrl, gateway: gateway.addresses.operationsUrl, logs: logDir, ...text.data }, "",
  );
  try {
    return await Promise.race([work, failed]);
  } finally {
    ending.abort();
    await work.catch(() => undefined);
  }
}

/** Brings the database to the newest schema, and fills it. */
async function makeDatabase(options: SystemOptions, { mysql }: Workspace, out: Output, signal: AbortSignal): Promise<void> {
  const { migrate } = await import("../../migrations/migrate.js");
  await migrate(mysql, signal, ({ name }) => out.say(`mysql: applied ${name}`));
  signal.throwIfAborted();
  await fillDatabase({ ...options, mysql }, out, signal, false);
  signal.throwIfAborted();
}

async function live(
  options: SystemOptions, place: Workspace, addresses: Omit<Sources, "traded">, out: Output, terminal: boolean, signal: AbortSignal,
): Promise<number> {
  const { stream } = await import("../../generator/main.js");
  let traded = 0;
  const trading = options.ownsDatabase ? stream(
    { mysql: place.mysql, seed: options.seed, rate: options.rate, connections: options.connections, onAway: sayAway(out) }, signal,
    ({ done }) => { traded = done; },
  ) : stopped(signal);
  const showing = out.json ? stopped(signal) : showLive({ ...addresses, traded: () => traded }, terminal, signal);
  await Promise.all([trading, showing]);
  return 0;
}

/** Trades, waits until the stores have caught up, compares everything, and asks as each role. */
async function check(
  options: SystemOptions & { readonly meaning: Meaning }, place: Workspace, url: string, tokens: Tokens, out: Output, signal: AbortSignal,
): Promise<number> {
  const { mysql, stores } = place;
  if (!options.ownsDatabase) {
    const report = await verifyStores({ mysql, stores, waitMs: 120_000 }, signal);
    out.result({ ok: report.equal, verify: report }, `\n${reportText(report)}\n\n${report.equal ? "check passed" : "check FAILED"}`);
    return report.equal ? 0 : 1;
  }
  const streamed = await streamToDatabase({ ...options, mysql, transactions: options.checkTransactions }, out, signal);
  const report = await verifyStores({ mysql, stores, waitMs: 120_000 }, signal);
  const samples = await askAll(url, options.developmentKey, tokens, options.meaning);
  const ok = report.equal && samples.every(({ right }) => right);
  out.result(
    { ok, streamed, verify: report, samples },
    `\n${reportText(report)}\n\n${sampleTable(samples)}\n\n${ok ? "check passed" : "check FAILED"}`,
  );
  return ok ? 0 : 1;
}

/** The settings of sync and the gateway, beside where the engines are. */
export function servicesEnvironment(options: SystemOptions): Readonly<Record<string, string>> {
  return {
    SLUICE_DATA_DIR: options.dataDir,
    SLUICE_SYNC_PORT: String(options.syncPort),
    SLUICE_GATEWAY_HOST: options.host,
    SLUICE_GATEWAY_PORT: String(options.port),
    SLUICE_GATEWAY_OPERATIONS_PORT: String(options.operationsPort),
    SLUICE_CATALOG: resolve(options.catalog),
    SLUICE_DEVELOPMENT_KEY: options.developmentKey,
    // Keys of the user's own mean production.
    ...(options.jwtKeys && { SLUICE_JWT_KEYS: options.jwtKeys.href }),
    ...(options.jwtSecret && { SLUICE_JWT_SECRET: options.jwtSecret }),
    SLUICE_DEVELOPMENT: String(!options.jwtKeys && !options.jwtSecret),
  };
}

async function endOf(all: readonly { readonly ended: Promise<Error | null> }[]): Promise<Error> {
  const error = await Promise.race(all.map((each) => each.ended));
  // Null is an end we asked for; then nothing waits for this any more.
  return error ?? new Promise<Error>(() => undefined);
}

function welcome(
  url: string, sync: Addresses, gateway: Addresses, logDir: string, { check, keep, dataDir }: SystemOptions, tokens: readonly string[],
): string {
  const engines = keep ? "the engines keep running until `sluice down`" : "the engines end too";
  return [
    "",
    `  GraphiQL   ${url}/`,
    `  GraphQL    ${url}/graphql`,
    `  metrics    ${gateway.operationsUrl}/metrics (gateway), ${sync.operationsUrl}/metrics (sync)`,
    `  logs       ${logDir}`,
    ...(check ? [] : [`  stop       Ctrl-C: ${engines}; the data stays in ${dataDir}, and the next start goes on with it`]),
    ...(tokens.length > 0 ? ["", ...tokens.map((line) => `  ${line}`)] : []),
    "",
  ].join("\n");
}
