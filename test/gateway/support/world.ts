import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { developmentTokens } from "../../../gateway/auth/development.js";
import { type ErrorCode, errorCodes } from "../../../gateway/graphql/error-codes.js";
import { runGateway } from "../../../gateway/main.js";
import { type GatewayConfig, gatewaySettings } from "../../../gateway/settings.js";
import { readSettings } from "../../../runtime/settings.js";
import { keyOf } from "../../../schema/entity.js";
import { generationOf } from "../../../schema/generation.js";
import { totesys } from "../../support/totesys.js";
import { openSink } from "../../../stores/open.js";
import { freshKeyspace } from "../../stores/cassandra/fresh-keyspace.js";
import { openTestStore } from "../../stores/elasticsearch/test-store.js";
import { rows } from "./rows.js";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: Record<string, never> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string };
  }[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** A gateway that really runs, over an embedded store that holds `rows`. */
export interface World extends AsyncDisposable {
  readonly url: string;
  readonly operationsUrl: string;
  readonly config: GatewayConfig;
  readonly logged: string[];
  token(role: string): string;
  /** Sends one operation as a role, or with any Authorization header, or with none. */
  ask(as: string | { readonly authorization: string } | null, query: string, variables?: Record<string, unknown>): Promise<Answer>;
}

export type Options = Readonly<Record<string, string | boolean>>;

/** The embedded store, or the two engines that share the work: rows from one, search from the other. */
export const storeSets = ["embedded", "cassandra and elasticsearch"] as const;

/** Runs a gateway over one of the sets, and removes afterwards what it made. */
export async function openWorldOn(set: (typeof storeSets)[number]): Promise<World> {
  if (set === "embedded") return openWorld();
  const keyspace = await freshKeyspace();
  const place = openTestStore();
  const world = await openWorld({ development: true, stores: `${keyspace.url.href},${place.url.href}` });
  await place.refresh();
  return {
    ...world,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await keyspace[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

export const folder = () => mkdtempSync(join(tmpdir(), "sluice-gateway-"));

export function configOf(dataDir: string, options: Options = {}): GatewayConfig {
  const given = { stores: `sqlite://${join(dataDir, "store.db")}`, port: "0", operationsPort: "0", ...options };
  return { ...readSettings(gatewaySettings, given, {}), dataDir };
}

export async function openWorld(options: Options = { development: true }, store: "filled" | "empty" = "filled"): Promise<World> {
  const dataDir = folder();
  const config = configOf(dataDir, options);
  if (store === "filled") for (const { url } of config.stores) await fill(url);

  const stop = new AbortController();
  const logged: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void logged.push(line) });
  const { promise: started, resolve, reject } = withResolvers<{ url: string; operationsUrl: string }>();
  const ended = runGateway(config, stop.signal, resolve, log);
  ended.catch(reject);
  const addresses = await started;
  const tokens = new Map((await developmentTokens(config, totesys)).map(({ role, token }) => [role, token]));
  const world: World = {
    ...addresses, config, logged,
    token: (role) => tokens.get(role)!,
    async ask(as, query, variables = {}) {
      const authorization = as === null ? undefined : typeof as === "string" ? `Bearer ${tokens.get(as)}` : as.authorization;
      const response = await fetch(`${addresses.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(authorization !== undefined && { authorization }) },
        body: JSON.stringify({ query, variables }),
      });
      const answer: Answer = { status: response.status, headers: response.headers, ...(await response.json() as object) };
      expectDeclared(answer);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
      rmSync(dataDir, { recursive: true });
    },
  };
  return world;
}

/** docs/reference/error-codes.md is made from what is declared. */
function expectDeclared({ status, errors }: Answer): void {
  for (const { extensions: { code } } of errors ?? []) {
    expect({ code, statuses: errorCodes[code as ErrorCode]?.statuses }).toEqual({ code, statuses: expect.arrayContaining([status]) });
  }
}

export async function fill(url: URL): Promise<void> {
  await using sink = await openSink(url);
  const writer = await sink.prepare(totesys);
  let version = Date.now() * 1000;
  for (const of of totesys.entities) {
    const changes = rows[of.table]!.map((after) => ({
      op: "create" as const, entity: of.table, key: keyOf(of, after), before: null, after, version: ++version,
    }));
    expect(await writer.write(changes, new AbortController().signal)).toEqual([]);
  }
  const generation = generationOf(totesys, 0);
  await sink.storeGeneration(generation);
  await sink.storeProgress({
    position: { gtids: "", file: "binlog.000001", offset: 4, version }, currentAt: Date.now() - 1000,
    generation: { number: 0, hash: generation.hash },
  });
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => { [resolve, reject] = [yes, no]; });
  return { promise, resolve, reject };
}
