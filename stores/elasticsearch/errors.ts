import { errors } from "@elastic/elasticsearch";
import { Retriable, StoreRefusal } from "../ports.js";

/** An error object as Elasticsearch sends it, for a request or for one item of a bulk. */
export interface Cause {
  readonly type?: string;
  readonly reason?: string | null;
  readonly caused_by?: Cause;
}

/** The index is missing, or something else has its name than the alias for this store's index. */
export class IndexMissing extends StoreRefusal {}

/** For `promise.catch(...)`: throws what the client threw as one of the three kinds of failure. */
export function failed(what: string): (error: unknown) => never {
  return (error) => {
    throw failureOf(what, error);
  };
}

/** Returns `Retriable`, `StoreRefusal`, or the error itself if neither fits. Class and status decide, never the text. */
export function failureOf(what: string, error: unknown): Error {
  if (error instanceof errors.ResponseError) return statusFailure(what, error.statusCode ?? 0, causeOf(error)) ?? error;
  if (error instanceof errors.ConnectionError || error instanceof errors.TimeoutError || error instanceof errors.NoLivingConnectionsError) {
    return new Retriable(`elasticsearch: ${what}`, error);
  }
  if (error instanceof errors.ProductNotSupportedError) {
    return new StoreRefusal("elasticsearch", "the server does not say it is Elasticsearch", "give the URL of an Elasticsearch 9 server");
  }
  return error instanceof Error ? error : new Error(`elasticsearch: ${what}: ${String(error)}`);
}

/** What a status says about the whole index or server; null if it concerns one document only. */
export function statusFailure(what: string, status: number, cause: Cause): Error | null {
  const reason = describe(cause);
  const refusal = (remedy: string) => new StoreRefusal("elasticsearch", `${what}: ${reason}`, remedy);
  switch (status) {
    // A full disk (flood stage) is a 429 too; Elasticsearch lifts that block itself once there is room.
    case 408: case 429: case 502: case 503: case 504:
      return new Retriable(`elasticsearch: ${what}`, reason);
    case 401:
      return refusal("give a user and password, or ?apiKey=, that the server accepts");
    case 403:
      return cause.type === "cluster_block_exception"
        ? refusal("lift the block from the index (index.blocks.* to null), then start or resume sync")
        : refusal("grant the user or key read, write, maintenance and manage on the indices of this prefix");
    case 404:
      return cause.type === "index_not_found_exception"
        ? new IndexMissing("elasticsearch", `${what}: ${reason}`, "start sync, which creates it and copies its rows again")
        : null;
    case 406:
      return refusal("use Elasticsearch 9; the client's requests are not understood by other versions");
    default:
      // An index is closed while it is restored, for example. Its rows are not at fault.
      if (cause.type === "index_closed_exception") return new Retriable(`elasticsearch: ${what}`, `${reason}; open the index`);
      // Mappings are strict: if the index lacks a field, it was not prepared for this catalog.
      return cause.type === "strict_dynamic_mapping_exception" ? refusal("start or resume sync with this catalog, which widens the index")
        : null;
  }
}

/** The reason, and the reason behind it, in one line. */
export function describe({ type, reason, caused_by }: Cause): string {
  const own = (reason ?? type ?? "no reason given").replace(/;$/, "");
  return caused_by?.reason && !own.includes(caused_by.reason) ? `${own}: ${describe(caused_by)}` : own;
}

export function causeOf(error: unknown): Cause {
  if (!(error instanceof errors.ResponseError)) return { reason: String(error) };
  const cause: unknown = (error.body as { readonly error?: unknown } | undefined)?.error;
  return typeof cause === "object" && cause !== null ? cause : { reason: typeof cause === "string" ? cause : error.message };
}
