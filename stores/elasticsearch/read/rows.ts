import { type Entity, keyText, type Lookup, type Row } from "../../../schema/entity.js";
import type { Value } from "../../../schema/fields.js";
import type { Page, RowStore, Slice } from "../../ports.js";
import type { Cluster } from "../cluster.js";
import { type Document, decode, holds } from "../codec.js";
import { failed, failureOf, statusFailure } from "../errors.js";
import { aliasOf } from "../indices/indices.js";
import { exactField } from "../indices/mapping.js";
import { living, searchIn } from "./scan.js";

const mostIds = 1_000;

/** Reads rows by key as they are at this moment, and lists as they were at the index's last refresh. */
export function rowsIn(cluster: Cluster): RowStore {
  return {
    async get(of, keys) {
      const ids = keys.map(keyText);
      const wanted = [...new Set(ids)].filter(holds);
      const rows = new Map<string, Row>();
      for (let i = 0; i < wanted.length; i += mostIds) await fetch(cluster, of, wanted.slice(i, i + mostIds), rows);
      return ids.map((id) => rows.get(id) ?? null);
    },
    async list(of, lookup, by, page) {
      return by === null ? { rows: [], more: false } : listPage(cluster, of, lookup, by, page);
    },
  };
}

async function fetch({ client, prefix }: Cluster, of: Entity, ids: string[], into: Map<string, Row>): Promise<void> {
  const what = `reading ${of.table}`;
  const { docs } = await client.mget<Document>({ index: aliasOf(prefix, of.table), ids }).catch(failed(what));
  for (const doc of docs) {
    if ("error" in doc) throw statusFailure(
      what, doc.error.type === "index_not_found_exception" ? 404 : 503, doc.error,
    ) ?? failureOf(what, doc.error.reason);
    if (doc.found && !doc._source!.sluice_deleted) into.set(doc._id, decode(of, doc._source!));
  }
}

async function listPage(
  cluster: Cluster, of: Entity, lookup: Lookup, by: NonNullable<Value>, { limit, from, backward }: Page,
): Promise<Slice> {
  const order = (lookup.direction === "asc") === backward ? "desc" : "asc";
  const hits = await searchIn(cluster, aliasOf(cluster.prefix, of.table), {
    query: living({ filter: { term: { [exactField(of, lookup.by)]: by } } }),
    // One row more than the page holds tells whether there is more.
    size: limit + 1,
    sort: [lookup.orderBy, ...of.key].map((name) => ({ [exactField(of, name)]: order })),
    ...(from && { search_after: [...from] }),
  });
  const rows = hits.slice(0, limit).map((hit) => decode(of, hit._source!));
  return { rows: backward ? rows.reverse() : rows, more: hits.length > limit };
}
