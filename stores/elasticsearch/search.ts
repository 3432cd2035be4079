import type { estypes } from "@elastic/elasticsearch";
import type { Entity } from "../../schema/entity.js";
import type { Highlight, SearchHit, SearchQuery, SearchStore, SearchTarget } from "../ports.js";
import type { Cluster } from "./cluster.js";
import { decode } from "./codec.js";
import { aliasOf, indexOf, tableOf } from "./indices.js";
import { fieldsOf, highlightQuery, targetQuery, type Words, wordsOf } from "./query.js";
import { type Hit, searchIn } from "./scan.js";

/**
 * Full-text search: one request over all targets, as fresh as the index's last refresh. Codes and numbers are
 * found as they are or by their beginning; other words with one typing error too. Best first, then by table and key.
 */
export function searchOf(cluster: Cluster): SearchStore {
  return {
    async search(query) {
      const words = wordsOf(query.text);
      const targets = new Map(query.targets.filter(answerable).map((target) => [target.entity.table, target]));
      if (!words || targets.size === 0) return { hits: [], more: false };

      const indices = [...targets.keys()].map((table) => aliasOf(cluster.prefix, table)).join(",");
      const hits = await searchIn(cluster, indices, requestOf(cluster.prefix, [...targets.values()], words, query));
      return {
        hits: hits.slice(0, query.limit).map((hit) => hitOf(cluster.prefix, targets, words, hit)),
        more: hits.length > query.limit,
      };
    },
  };
}

/** A scope of null is nobody's, not everybody's. */
function answerable({ entity, fields, scope }: SearchTarget): boolean {
  const { texts, numbers } = fieldsOf(entity, fields);
  return texts.length + numbers.length > 0 && (scope === null || scope.value !== null);
}

function requestOf(prefix: string, targets: readonly SearchTarget[], words: Words, { limit, after }: SearchQuery): estypes.SearchRequest {
  const highlighted = targets.flatMap(({ entity, fields }) => fieldsOf(entity, fields).texts.map((field) => [field, highlightOf(entity, field, words)] as const));
  return {
    query: { bool: { should: targets.map((target) => targetQuery(target, words, indexOf(prefix, target.entity.table))), minimum_should_match: 1 } },
    size: limit + 1,
    // Best first; then an order that never changes, so that a cursor is a place.
    sort: ["_score", "_index", "sluice_key"],
    ...(after !== null && { search_after: placeOf(prefix, after) }),
    highlight: {
      encoder: "html",
      max_analyzed_offset: 100_000,
      fields: Object.fromEntries(highlighted),
    },
  };
}

/** A query of its own for each field: three times as fast as looking in each for all that the request looks for. */
function highlightOf({ fields }: Entity, field: string, words: Words): estypes.SearchHighlightField {
  const type = fields[field]!.type;
  const short = type.kind === "string" && type.maxLength <= 300;
  return { highlight_query: highlightQuery(field, words), number_of_fragments: short ? 0 : 1, fragment_size: 200 };
}

function hitOf(prefix: string, targets: ReadonlyMap<string, SearchTarget>, words: Words, hit: Hit): SearchHit {
  const table = tableOf(prefix, hit._index)!;
  const target = targets.get(table)!;
  const row = decode(target.entity, hit._source!);
  return { entity: target.entity, row, score: hit._score!, highlights: highlightsOf(target, words, hit), cursor: cursorOf(table, hit) };
}

/** Fields of this entity's target only: another entity may name a field alike and have it searched (invariant 6). */
function highlightsOf({ entity, fields }: SearchTarget, { whole, last }: Words, hit: Hit): Highlight[] {
  const { texts, numbers } = fieldsOf(entity, fields);
  const marked = numbers.filter((field) => [...whole, last].includes(String(hit._source![field])));
  return [
    ...marked.map((field) => ({ field, snippet: `<em>${hit._source![field]}</em>` })),
    ...texts.flatMap((field) => (hit.highlight?.[field] ?? []).map((snippet) => ({ field, snippet }))),
  ];
}

function cursorOf(table: string, { _score, _source }: Hit): string {
  return Buffer.from(JSON.stringify([_score, table, _source!.sluice_key])).toString("base64url");
}

function placeOf(prefix: string, cursor: string): estypes.SortResults {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(place) && place.length === 3) {
      const [score, table, key] = place as unknown[];
      if (typeof score === "number" && typeof table === "string" && typeof key === "string") return [score, indexOf(prefix, table), key];
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new RangeError("the cursor is not one that this search gave out");
}
