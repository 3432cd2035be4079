import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import { withoutSecrets } from "../../runtime/values.js";
import type { Catalog } from "../../schema/catalog.js";
import { openSink, storeName } from "../../stores/open.js";
import { type Sink, StoreRefusal, Unreachable } from "../../stores/ports.js";
import { isAway, LateSink } from "./late-sink.js";

export interface OpenedSinks extends AsyncDisposable {
  /** One sink for each URL, in their order; empty when something was found. */
  readonly sinks: readonly Sink[];
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
  urls: readonly URL[], catalog: Catalog, source: Promise<readonly Finding[]>, stop: AbortSignal,
): Promise<OpenedSinks> {
  const remote = await openRemote(urls, catalog, source);
  const found = [...await source, ...twice(urls), ...remote.flatMap((each) => each?.findings ?? [])];
  const local = new Map<number, Attempt>();
  for (const [i, url] of urls.entries()) if (!remote[i] && found.length === 0) local.set(i, await attempt(url, openSink(url, catalog)));

  const attempts = urls.map((_, i) => remote[i] ?? local.get(i) ?? {});
  const findings = [...found, ...[...local.values()].flatMap((each) => each.findings ?? [])];
  if (findings.length > 0 || !attempts.some(({ sink }) => sink)) findings.push(
    ...attempts.flatMap(({ away }, i) => (away ? findingsOf(urls[i]!, away) : [])),
  );
  const sinks = attempts.flatMap(({ sink, away, begun = null }, i) => {
    const late = away && new LateSink(storeName(urls[i]!), away, begun, () => openSink(urls[i]!, catalog), stop);
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
  readonly sink?: Sink;
  readonly away?: Error;
  readonly begun?: Promise<Sink>;
  readonly findings?: readonly Finding[];
}

async function openRemote(urls: readonly URL[], catalog: Catalog, source: Promise<readonly Finding[]>): Promise<(Attempt | null)[]> {
  const begun = urls.map((url) => (url.host ? openSink(url, catalog) : null));
  const attempts = begun.map((opening, i) => opening && attempt(urls[i]!, opening));
  const another = urls.some((url) => !url.host) ? Promise.resolve() : new Promise<void>((resolve) => {
    for (const each of attempts) void each?.then(({ sink }) => sink && resolve());
  });
  const late = Promise.all([source, another]).then(() => new Promise((resolve) => setTimeout(resolve, patienceMs).unref()));
  late.catch(() => undefined);
  return Promise.all(attempts.map((each, i) => each && Promise.race([each, late.then((): Attempt => {
    const silence = new Unreachable(
      withoutSecrets(urls[i]!), `does not answer within ${patienceMs / 1000} s`, "start the store, or correct host and port in the URL",
    );
    return { away: silence, begun: begun[i]! };
  })])));
}

async function attempt(url: URL, opening: Promise<Sink>): Promise<Attempt> {
  try {
    return { sink: await opening };
  } catch (error) {
    return isAway(error) ? { away: error } : { findings: findingsOf(url, error) };
  }
}

function twice(urls: readonly URL[]): readonly Finding[] {
  const names = urls.map(storeName);
  return urls.filter((_, i) => names.indexOf(names[i]!) !== i).map((url) => ({
    where: withoutSecrets(url), problem: `it is the second ${storeName(url)} store`,
    remedy: "name one store of each kind; run another sync process for another",
  }));
}

function findingsOf(url: URL, error: unknown): readonly Finding[] {
  if (error instanceof PreflightFailed) return error.findings;
  const where = withoutSecrets(url);
  if (error instanceof StoreRefusal) return [{ where, problem: error.message.replace(/\. Remedy: [\s\S]*$/, ""), remedy: error.remedy }];
  return [{ where, problem: (error as Error).message, remedy: "start the store, or correct its URL" }];
}
