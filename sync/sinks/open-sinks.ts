import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import { withoutSecrets } from "../../runtime/values.js";
import type { NamedStore } from "../../stores/named.js";
import { openSink } from "../../stores/open.js";
import { StoreRefusal, type TableSink, Unreachable } from "../../stores/ports.js";
import { isAway, LateSink } from "./late-sink.js";

export interface OpenedSinks extends AsyncDisposable {
  /** One sink for each store, in their order; empty when something was found. */
  readonly sinks: readonly TableSink[];
  /** What keeps sync from starting, in the source and in the stores. */
  readonly findings: readonly Finding[];
}

/** The longest wait for a store that says nothing at all, once another store could begin. */
const patienceMs = 3_000;

/**
 * Opens every store, and reports all that cannot be opened together with what `source` found.
 * A store that is merely away does not keep the others from starting: its sink is opened later. Anything else wrong
 * is a finding; so is the absence of all stores.
 * A store without a host is a file that opening makes. It is opened only after everything else was found
 * sound, so a failed start leaves nothing behind.
 */
export async function openSinks(
  stores: readonly NamedStore[], source: Promise<readonly Finding[]>, stop: AbortSignal,
): Promise<OpenedSinks> {
  const remote = await openRemote(stores, source);
  const found = [...await source, ...remote.flatMap((each) => each?.findings ?? [])];
  const local = new Map<number, Attempt>();
  for (const [i, store] of stores.entries()) if (!remote[i] && found.length === 0) local.set(i, await attempt(store, opening(store)));

  const attempts = stores.map((_, i) => remote[i] ?? local.get(i) ?? {});
  const findings = [...found, ...[...local.values()].flatMap((each) => each.findings ?? [])];
  if (findings.length > 0 || !attempts.some(({ sink }) => sink)) findings.push(
    ...attempts.flatMap(({ away }, i) => (away ? findingsOf(stores[i]!, away) : [])),
  );
  const sinks = attempts.flatMap(({ sink, away, begun = null }, i) => {
    const late = away && new LateSink(stores[i]!.name, away, begun, () => opening(stores[i]!), stop);
    return sink ?? late ?? [];
  });
  return {
    sinks: findings.length > 0 ? [] : sinks,
    findings,
    async [Symbol.asyncDispose]() {
      await Promise.all(sinks.map((sink) => sink[Symbol.asyncDispose]()));
    },
  };
}

/** A sink, or why there is none. A store that is away may come (and may be coming); a finding stays until a person mends it. */
interface Attempt {
  readonly sink?: TableSink;
  readonly away?: Error;
  readonly begun?: Promise<TableSink>;
  readonly findings?: readonly Finding[];
}

async function openRemote(stores: readonly NamedStore[], source: Promise<readonly Finding[]>): Promise<(Attempt | null)[]> {
  const begun = stores.map((store) => (store.url.host ? opening(store) : null));
  const attempts = begun.map((sink, i) => sink && attempt(stores[i]!, sink));
  const another = stores.some(({ url }) => !url.host) ? Promise.resolve() : new Promise<void>((resolve) => {
    for (const each of attempts) void each?.then(({ sink }) => sink && resolve());
  });
  const late = Promise.all([source, another]).then(() => new Promise((resolve) => setTimeout(resolve, patienceMs).unref()));
  late.catch(() => undefined);
  return Promise.all(attempts.map((each, i) => each && Promise.race([each, late.then((): Attempt => {
    const silence = new Unreachable(
      withoutSecrets(stores[i]!.url), `does not answer within ${patienceMs / 1000} s`,
      "start the store, or correct host and port in the URL",
    );
    return { away: silence, begun: begun[i]! };
  })])));
}

const opening = ({ url, name }: NamedStore) => openSink(url, name);

async function attempt(store: NamedStore, sink: Promise<TableSink>): Promise<Attempt> {
  try {
    return { sink: await sink };
  } catch (error) {
    return isAway(error) ? { away: error } : { findings: findingsOf(store, error) };
  }
}

function findingsOf({ url }: NamedStore, error: unknown): readonly Finding[] {
  if (error instanceof PreflightFailed) return error.findings;
  const where = withoutSecrets(url);
  if (error instanceof StoreRefusal) return [{ where, problem: error.message.replace(/\. Remedy: [\s\S]*$/, ""), remedy: error.remedy }];
  return [{ where, problem: (error as Error).message, remedy: "start the store, or correct its URL" }];
}
