import { keyOf } from "../../../schema/entity.js";
import type { Audit } from "../../ports.js";
import type { Cluster } from "../cluster.js";
import { decode, idOf } from "../codec.js";
import { indexName } from "../names.js";
import { living, pointInTime } from "./scan.js";

const page = 1_000;

export function auditOf(cluster: Cluster): Audit {
  return {
    /**
     * Reads all documents as of one moment, by place in the shards. So a document comes even if it lacks the fields that rows are ordered
     * by, or shares them with another.
     * A document that is not under its own key's id was not written by a sink, and is reported under its id.
     */
    async *rows(of) {
      for await (const hits of pointInTime(cluster, indexName(of), { query: living(), size: page })) {
        yield hits.map(({ _id, _source }) => {
          const row = decode(of, _source!);
          const key = keyOf(of, row);
          return { key: idOf(key) === _id ? key : [_id!], row };
        });
      }
    },
    entryFields: () => [],
    async *entries() {},
    entriesAt: async (_of, _lookup, places) => places.map(() => null),
  };
}
