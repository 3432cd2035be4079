import { type Entity, keyText, type Lookup } from "../../../schema/entity.js";
import type { Value } from "../../../schema/fields.js";
import type { Page, RowStore, Slice } from "../../ports.js";
import type { Cluster } from "../cluster.js";
import { type Document, decode, idOf } from "../codec.js";
import { failed, failureOf, statusFailure } from "../errors.js";
import { rowsAlias } from "../indices/indices.js";
import { exactField, sortField, sortValue } from "../indices/mapping.js";
import { living, searchIn } from "./scan.js";

const mostIds = 1_000;

/** Reads rows by key as they are at this moment, and lists as they were at the index's last refresh. */
export function rowsIn(cluster: Cluster): RowStore {
  return {
    async get(of, keys) {
      const wanted = [...new Set(keys.map(idOf))];
      const found = new Map<string, Document>();
      for (let i = 0; i < wanted.length; i += mostIds) await fetch(cluster, of, wanted.slice(i, i + mostIds), found);
      return keys.map((key) => {
        const [id, text] = [idOf(key), keyText(key)];
        const document = found.get(id);
        // An id that is a hash may stand for another key.
        return document && (id === text || document.sluice_key === text) ? decode(of, document) : null;
      });
    },
    async list(of, lookup, by, page) {
      return by === null ? { rows: [], more: false } : listPage(cluster, of, lookup, by, page);
    },
  };
}

async function fetch({ client, prefix }: Cluster, of: Entity, ids: string[], into: Map<string, Document>): Promise<void> {
  const what = `reading ${of.table}`;
  const { docs } = await client.mget<Document>({ index: rowsAlias(prefix, of), ids }).catch(failed(what));
  for (const doc of docs) {
    if ("error" in doc) throw statusFailure(
      what, doc.error.type === "index_not_found_exception" ? 404 : 503, doc.error,
    ) ?? failureOf(what, doc.error.reason);
    if (doc.found && !doc._source!.sluice_deleted) into.set(doc._id, doc._source!);
  }
}

async function listPage(
  cluster: Cluster, of: Entity, lookup: Lookup, by: NonNullable<Value>, { limit, from, backward }: Page,
): Promise<Slice> {
  const order = (lookup.direction === "asc") === backward ? "desc" : "asc";
  const names = [lookup.orderBy, ...of.key];
  const hits = await searchIn(cluster, rowsAlias(cluster.prefix, of), {
    query: living({ filter: { term: { [exactField(of, lookup.by)]: by } } }),
    // One row more than the page holds tells whether there is more.
    size: limit + 1,
    sort: names.map((name) => ({ [sortField(of, name)]: order })),
    ...(from && { search_after: from.map((value, i) => sortValue(of, names[i]!, value)) }),
  });
  const rows = hits.slice(0, limit).map((hit) => decode(of, hit._source!));
  return { rows: backward ? rows.reverse() : rows, more: hits.length > limit };
}
