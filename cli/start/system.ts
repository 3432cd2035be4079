import { join } from "node:path";
import { developmentTokens } from "../../gateway/auth/development.js";
import { stopped } from "../../runtime/stop.js";
import { fillDatabase, streamToDatabase } from "../generating.js";
import type { Output } from "../output.js";
import type { Place } from "../place.js";
import { type Service, startService } from "../service.js";
import { reportText, verifyStores } from "../verifying.js";
import { showLive, type Sources } from "./live.js";
import { askAll, sampleTable } from "./samples.js";

export interface SystemOptions {
  readonly dataDir: string;
  readonly seed: number;
  readonly rows: number;
  readonly until: number;
  readonly rate: number;
  readonly connections: number;
  readonly check: boolean;
  readonly checkTransactions: number;
  readonly host: string;
  readonly port: number;
  readonly operationsPort: number;
  readonly syncPort: number;
  readonly jwtKeys: URL | undefined;
  readonly jwtSecret: string | undefined;
  readonly developmentCounterparty: string;
}

type Tokens = Awaited<ReturnType<typeof developmentTokens>>;

/** Migrates, fills, and runs sync and gateway as processes of their own, beside a generator, until the signal or the check ends it. */
export async function runSystem(options: SystemOptions, place: Place, out: Output, terminal: boolean, signal: AbortSignal): Promise<number> {
  const { migrate } = await import("../../migrations/migrate.js");
  await migrate(place.mysql, signal, ({ name }) => out.say(`mysql: applied ${name}`));
  await fillDatabase({ ...options, mysql: place.mysql }, out, signal, false);

  const environment = environmentOf(options, place);
  const logDir = join(options.dataDir, "logs");
  const local = (port: number) => `http://127.0.0.1:${port}`;
  await using sync = await startService({ name: "sync", args: ["sync"], environment, logDir, readyUrl: `${local(options.syncPort)}/health`, readyWithinMs: 60_000 }, signal);
  await using gateway = await startService({ name: "gateway", args: ["gateway"], environment, logDir, readyUrl: `${local(options.operationsPort)}/health`, readyWithinMs: 60_000 }, signal);

  const tokens = await developmentTokens({ ...options, development: true, jwtIssuer: undefined, jwtAudience: undefined });
  const url = `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${options.port}`;
  out.say(welcome(url, tokens, options, logDir));

  // A service that ends by itself ends the whole, whatever is under way.
  const ending = new AbortController();
  const all = AbortSignal.any([signal, ending.signal]);
  const failed = endOf([sync, gateway]).then((error) => { ending.abort(error); throw error; });
  const work = options.check
    ? check(options, place, `${url}/graphql`, tokens, out, all)
    : live(options, place, { sync: local(options.syncPort), gateway: local(options.operationsPort) }, out, terminal, all);
  try {
    return await Promise.race([work, failed]);
  } finally {
    ending.abort();
    await work.catch(() => undefined);
  }
}

async function live(options: SystemOptions, place: Place, addresses: Omit<Sources, "traded">, out: Output, terminal: boolean, signal: AbortSignal): Promise<number> {
  const { stream } = await import("../../generator/main.js");
  let traded = 0;
  const trading = stream({ mysql: place.mysql, seed: options.seed, rate: options.rate, connections: options.connections }, signal, ({ done }) => { traded = done; });
  const showing = out.json ? stopped(signal) : showLive({ ...addresses, traded: () => traded }, terminal, signal);
  await Promise.all([trading, showing]);
  return 0;
}

/** Trades, waits until the stores have caught up, compares everything, and asks as each role. */
async function check(options: SystemOptions, place: Place, url: string, tokens: Tokens, out: Output, signal: AbortSignal): Promise<number> {
  const { mysql, stores } = place;
  const streamed = await streamToDatabase({ ...options, mysql, transactions: options.checkTransactions }, out, signal);
  const report = await verifyStores({ mysql, stores, waitMs: 120_000 }, signal);
  const samples = await askAll(url, options.developmentCounterparty, tokens);
  const ok = report.equal && samples.every(({ right }) => right);
  out.result({ ok, streamed, verify: report, samples }, `\n${reportText(report)}\n\n${sampleTable(samples)}\n\n${ok ? "check passed" : "check FAILED"}`);
  return ok ? 0 : 1;
}

function environmentOf(options: SystemOptions, place: Place): Readonly<Record<string, string>> {
  return {
    ...place.environment,
    SLUICE_DATA_DIR: options.dataDir,
    SLUICE_SYNC_PORT: String(options.syncPort),
    SLUICE_GATEWAY_HOST: options.host,
    SLUICE_GATEWAY_PORT: String(options.port),
    SLUICE_GATEWAY_OPERATIONS_PORT: String(options.operationsPort),
    SLUICE_DEVELOPMENT_COUNTERPARTY: options.developmentCounterparty,
    // Whoever brings keys of their own means production.
    ...(options.jwtKeys && { SLUICE_JWT_KEYS: options.jwtKeys.href }),
    ...(options.jwtSecret && { SLUICE_JWT_SECRET: options.jwtSecret }),
    SLUICE_DEVELOPMENT: String(!options.jwtKeys && !options.jwtSecret),
  };
}

async function endOf(services: readonly Service[]): Promise<Error> {
  const error = await Promise.race(services.map((service) => service.ended));
  // Null is an end we asked for; then nobody waits for this any more.
  return error ?? new Promise<Error>(() => undefined);
}

function welcome(url: string, tokens: Tokens, { operationsPort, syncPort }: SystemOptions, logDir: string): string {
  const role = ({ role: name, counterpartyId, token }: Tokens[number]) => `  ${`${name}${counterpartyId ? ` of counterparty ${counterpartyId}` : ""}`.padEnd(32)} ${token}`;
  return [
    "",
    `  GraphiQL   ${url}/`,
    `  GraphQL    ${url}/graphql`,
    `  metrics    http://127.0.0.1:${operationsPort}/metrics (gateway), http://127.0.0.1:${syncPort}/metrics (sync)`,
    `  logs       ${logDir}`,
    ...(tokens.length > 0 ? ["", "  Development tokens (Authorization: Bearer ...):", ...tokens.map(role)] : []),
    "",
  ].join("\n");
}
