import { type Finding, PreflightFailed } from "../runtime/findings.js";
import { withoutSecrets } from "../runtime/values.js";
import type { Catalog } from "../schema/catalog.js";
import { openSink } from "../stores/open.js";
import { type Sink, StoreRefusal } from "../stores/ports.js";

export interface OpenedSinks extends AsyncDisposable {
  readonly opened: readonly { readonly sink: Sink; readonly url: URL }[];
  /** What keeps us from starting, of the source and of the stores. */
  readonly findings: readonly Finding[];
}

/**
 * Opens every store, and tells of all that cannot be opened together with what `source` found. A store without a host is a file
 * that opening makes, so it is opened only when there was nothing to find elsewhere: a failed start leaves nothing behind.
 */
export async function openSinks(urls: readonly URL[], catalog: Catalog, source: Promise<readonly Finding[]>): Promise<OpenedSinks> {
  const remote = await Promise.all(urls.map((url) => (url.host ? attempt(url, catalog) : null)));
  const elsewhere = [...await source, ...remote.flatMap((opened) => opened?.findings ?? [])];
  const all: Attempt[] = [];
  for (const [i, url] of urls.entries()) {
    all.push(remote[i] ?? (elsewhere.length === 0 ? await attempt(url, catalog) : { findings: [] }));
  }
  const opened = all.flatMap(({ sink }, i) => (sink ? [{ sink, url: urls[i]! }] : []));
  const names = opened.map(({ sink }) => sink.name);
  const twice = opened.filter(({ sink }, i) => names.indexOf(sink.name) !== i).map(({ sink, url }): Finding => ({
    where: withoutSecrets(url), problem: `it is the second ${sink.name} store`, remedy: "name one store of each kind; run another sync process for another",
  }));
  return {
    opened,
    findings: [...await source, ...all.flatMap(({ findings }) => findings), ...twice],
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map(({ sink }) => sink[Symbol.asyncDispose]()));
    },
  };
}

interface Attempt {
  readonly sink?: Sink;
  readonly findings: readonly Finding[];
}

async function attempt(url: URL, catalog: Catalog): Promise<Attempt> {
  try {
    return { sink: await openSink(url, catalog), findings: [] };
  } catch (error) {
    return { findings: findingsOf(url, error) };
  }
}

function findingsOf(url: URL, error: unknown): readonly Finding[] {
  if (error instanceof PreflightFailed) return error.findings;
  const where = withoutSecrets(url);
  if (error instanceof StoreRefusal) return [{ where, problem: error.message.replace(/\. Remedy: [\s\S]*$/, ""), remedy: error.remedy }];
  return [{ where, problem: (error as Error).message, remedy: "start the store, or correct its URL" }];
}
