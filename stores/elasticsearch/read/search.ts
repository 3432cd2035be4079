import { Retriable, type SearchStore } from "../../ports.js";
import { type Ask, type Found, searchBy } from "../../text/search.js";
import { timeLimit } from "../../time-limit.js";
import type { Cluster } from "../cluster.js";
import { type Document, decode } from "../codec.js";
import { failureOf, statusFailure } from "../errors.js";
import { searchAliasOf } from "../indices/indices.js";
import { requestOf } from "./query.js";
import { wholeHits } from "./scan.js";

/** Searches full text, as fresh as the index's last refresh. */
export function searchOf(cluster: Cluster): SearchStore {
  return {
    search: (query, signal) => timeLimit(
      "elasticsearch: searching", signal, (ends) => searchBy(query, (ask) => findAll(cluster, ask, ends)),
    ),
  };
}

/** Asks for all targets in one request. When `signal` aborts, the connection is closed, and Elasticsearch ends its work. */
async function findAll({ client, prefix }: Cluster, ask: Ask, signal: AbortSignal): Promise<readonly Found[]> {
  const searches = ask.targets.flatMap((target) => [
    { index: searchAliasOf(prefix, target.entity), allow_partial_search_results: false }, requestOf(target, ask),
  ]);
  const { responses } = await client.msearch<Document>({ searches }, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw failureOf("searching", error);
  });
  return responses.flatMap((response, i) => {
    const { entity, number } = ask.targets[i]!;
    if (!("error" in response)) return wholeHits(entity.table, response).map((hit) => ({
      target: number, length: hit._score!, row: decode(entity, hit._source!),
    }));
    const { status, error } = response;
    // The index is absent, or its words were made in another way. A search there would find nothing, and report that as true.
    if (error.type === "index_not_found_exception") throw new Retriable(
      `elasticsearch: ${entity.table} is not prepared for searches; sync does it when it starts`, error.reason,
    );
    throw statusFailure(`searching ${entity.table}`, status, error as never) ?? failureOf(`searching ${entity.table}`, error.reason);
  });
}
