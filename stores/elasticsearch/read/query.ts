import type { estypes } from "@elastic/elasticsearch";
import type { Word } from "../../text/query.js";
import type { HitRank } from "../../text/ranking.js";
import type { Ask, NumberedTarget } from "../../text/search.js";
import { lengthField, termOf } from "../codec.js";
import { exactField, sortField, sortValue } from "../indices/mapping.js";
import { living, type Query } from "./scan.js";

/**
 * Finds the rows of one target in which every word occurs in its fields, and in no others (invariant 6).
 * No query lets Elasticsearch choose some of the terms that a beginning or a misspelt word may stand for: it would choose by all rows. The
 * only score is the length of the searched texts.
 */
export function requestOf(target: NumberedTarget, { words, forgiven, after, limit }: Ask): estypes.SearchSearchRequestBody {
  const { entity, scope } = target;
  const places = entity.search.flatMap((name, place) => (target.fields.includes(name) ? [place] : []));
  const typed = words.map((word) => typedQuery(places, word));
  const filter = forgiven ? words.map((word, i) => forgivingQuery(places, word, typed[i]!)) : typed;
  if (scope) filter.push({ term: { [exactField(entity, scope.field)]: scope.value as string } });
  return {
    query: {
      function_score: {
        query: { bool: { filter: [living({ filter })], ...(forgiven && { must_not: { bool: { filter: typed } } }) } },
        functions: places.map((place) => ({ field_value_factor: { field: lengthField(place), missing: 0 } })),
        score_mode: "sum", boost_mode: "replace",
      },
    },
    size: limit,
    track_total_hits: false,
    sort: [{ _score: { order: "asc" } }, ...entity.key.map((name) => ({ [sortField(entity, name)]: "asc" as const }))],
    ...(after && beyond(target, after)),
  };
}

/** Hits of equal length are ordered by target, then by key, so the target decides what is beyond a place. */
function beyond(
  { number, entity }: NumberedTarget, after: HitRank,
): Pick<estypes.SearchSearchRequestBody, "search_after" | "min_score"> {
  if (number === after.target) {
    return { search_after: [after.length, ...after.key.map((part, i) => sortValue(entity, entity.key[i]!, part))] };
  }
  return { min_score: number < after.target ? after.length + 1 : after.length };
}

function typedQuery(places: readonly number[], { term, begun }: Word): Query {
  if (!begun) return { terms: { sluice_words: places.map((place) => termOf(place, term)) } };
  return { bool: { should: places.map((place) => ({ prefix: { sluice_words: { value: termOf(place, term) } } })) } };
}

function forgivingQuery(places: readonly number[], { term, forgiving }: Word, typed: Query): Query {
  if (!forgiving) return typed;
  const [first] = term;
  return {
    bool: {
      should: [typed, ...places.map((place): Query => ({
        // The default rewrite would take the best 50 terms only.
        fuzzy: { sluice_words: {
          value: termOf(place, term), fuzziness: 1, prefix_length: [...termOf(place, first!)].length, rewrite: "constant_score",
        } },
      }))],
    },
  };
}
