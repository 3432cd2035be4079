import { keyOf, keyText } from "../../schema/entity.js";
import type { Audit } from "../ports.js";
import type { Cluster } from "./cluster.js";
import { type Document, decode } from "./codec.js";
import { failed } from "./errors.js";
import { aliasOf } from "./indices.js";
import { living } from "./scan.js";

const page = 1_000;
/** Whoever reads slowly on purpose needs the point in time from one page to the next only. */
const keepAlive = "10m";

export function auditOf(cluster: Cluster): Audit {
  return {
    /**
     * As of one moment, by place in the shards: so a document comes also when it lacks the field that ours are ordered by, or shares
     * it with another. One that is not under its own key's id was not written by a sink, and is kept under its id.
     */
    async *rows(of) {
      const { client, prefix } = cluster;
      const index = aliasOf(prefix, of.table);
      await client.indices.refresh({ index }).catch(failed(`refreshing ${index}`));
      const { id } = await client.openPointInTime({ index, keep_alive: keepAlive }).catch(failed(`opening ${index}`));
      try {
        for (let after: unknown[] | undefined; ;) {
          const { hits: { hits } } = await client.search<Document>({
            pit: { id, keep_alive: keepAlive }, query: living(), size: page, sort: [{ _shard_doc: "asc" }],
            allow_partial_search_results: false, track_total_hits: false, ...(after && { search_after: after as never }),
          }).catch(failed(`searching ${index}`));
          if (hits.length > 0) {
            yield hits.map(({ _id, _source }) => {
              const row = decode(of, _source!);
              const key = keyOf(of, row);
              return { key: keyText(key) === _id ? key : [_id!], row };
            });
          }
          if (hits.length < page) return;
          after = hits.at(-1)!.sort as unknown[];
        }
      } finally {
        await client.closePointInTime({ id }).catch(() => undefined);
      }
    },
    entryFields: () => [],
    async *entries() {},
    entriesAt: async (_of, _lookup, places) => places.map(() => null),
  };
}
