import type { estypes } from "@elastic/elasticsearch";
import type { Entity } from "../../../schema/entity.js";
import type { Cluster } from "../cluster.js";
import type { Document } from "../codec.js";
import { failed } from "../errors.js";
import { aliasOf, rowsAlias } from "../indices/indices.js";

export type Hit = estypes.SearchHit<Document>;
export type Query = NonNullable<estypes.SearchRequest["query"]>;

/** Leaves out documents that remember a delete: they are in no list and no result. */
export function living(matching: estypes.QueryDslBoolQuery = {}): Query {
  return { bool: { ...matching, must_not: { term: { sluice_deleted: true } } } };
}

/** Runs one search that answers whole or fails: a shard that failed must not look like absent rows. */
export async function searchIn(cluster: Cluster, index: string, request: estypes.SearchRequest): Promise<readonly Hit[]> {
  const answer = await cluster.client.search<Document>({
    index, allow_partial_search_results: false, track_total_hits: false, ...request,
  }).catch(failed(`searching ${index}`));
  return wholeHits(index, answer);
}

export function wholeHits(index: string, answer: estypes.SearchResponseBody<Document>): readonly Hit[] {
  if (answer.timed_out) throw new Error(`elasticsearch: searching ${index} was cut short`);
  return answer.hits.hits;
}

/** A caller that reads slowly on purpose needs the point in time only from one page to the next. */
const keepAlive = "10m";

/** Pages through what an index has at this moment, each document once, by place in the shards unless the request sorts otherwise. */
export async function* pointInTime<Kept = Document>(
  cluster: Cluster, name: string, request: estypes.SearchRequest & { readonly size: number },
): AsyncGenerator<readonly estypes.SearchHit<Kept>[]> {
  const { client, prefix } = cluster;
  const index = aliasOf(prefix, name);
  await client.indices.refresh({ index }).catch(failed(`refreshing ${index}`));
  const { id } = await client.openPointInTime({ index, keep_alive: keepAlive }).catch(failed(`opening ${index}`));
  try {
    for (let after: estypes.SortResults | undefined; ;) {
      const { hits: { hits } } = await client.search<Kept>({
        sort: [{ _shard_doc: "asc" }], ...request, pit: { id, keep_alive: keepAlive },
        allow_partial_search_results: false, track_total_hits: false, ...(after && { search_after: after }),
      }).catch(failed(`searching ${index}`));
      if (hits.length > 0) yield hits;
      if (hits.length < request.size) return;
      after = hits.at(-1)!.sort;
    }
  } finally {
    await client.closePointInTime({ id }).catch(() => undefined);
  }
}

/**
 * Pages through a table's documents that match, in the order of their keys. So each document that is there all the time comes once,
 * whatever is written meanwhile.
 * It sees what was durable when it began.
 */
export async function* scan(cluster: Cluster, of: Entity, query: Query, size: number): AsyncGenerator<readonly Hit[]> {
  const index = rowsAlias(cluster.prefix, of);
  await cluster.client.indices.refresh({ index }).catch(failed(`refreshing ${index}`));
  for (let after: string | null = null; ;) {
    const hits: readonly Hit[] = await searchIn(cluster, index, {
      query, size, sort: [{ sluice_key: "asc" }], ...(after !== null && { search_after: [after] }),
    });
    if (hits.length > 0) yield hits;
    if (hits.length < size) return;
    after = hits.at(-1)!._source!.sluice_key;
  }
}
