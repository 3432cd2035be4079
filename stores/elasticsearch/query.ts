import type { SearchTarget } from "../ports.js";
import { isInt64 } from "./codec.js";
import { exactField } from "./mapping.js";
import { living, type Query } from "./scan.js";

/** What is looked for: words, of which the last may be only begun. */
export interface Words {
  readonly whole: readonly string[];
  readonly last: string;
}

/** Longer texts find nothing: each word is looked for in each field, and no row is asked for in a page of words. */
const mostCharacters = 1_000;
const mostWords = 32;
/** Of the index's words that a misspelt or begun one may stand for. */
const mostTerms = 20;

/** Splits at spaces only; the index's own analyzer divides further. Null where there is nothing to look for. */
export function wordsOf(text: string): Words | null {
  if (text.length > mostCharacters) return null;
  const words = text.split(/[\s\0]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const last = words.pop();
  if (last === undefined || words.length >= mostWords) return null;
  return { whole: [...new Set(words)].filter((word) => word !== last), last };
}

/** Rows of one target: every word must occur in its fields, and in no others (invariant 6). */
export function targetQuery({ entity, fields, scope }: SearchTarget, words: Words, index: string): Query {
  const filter: Query[] = [{ term: { _index: index } }];
  if (scope) filter.push({ term: { [exactField(entity, scope.field)]: scope.value as string } });
  return living({ filter, must: wordQueries(fieldsOf(entity, fields), words) });
}

/** The fields of these that hold text, and those that hold numbers. */
export interface SearchFields {
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}

export function fieldsOf(entity: SearchTarget["entity"], names: readonly string[]): SearchFields {
  const searchable = names.filter((name) => entity.search.includes(name));
  const isNumber = (name: string) => entity.fields[name]!.type.kind === "int64";
  return { texts: searchable.filter((name) => !isNumber(name)), numbers: searchable.filter(isNumber) };
}

/** What is marked in a field: each of the words, found there in the same way. */
export function highlightQuery(field: string, words: Words): Query {
  return { bool: { should: wordQueries({ texts: [field], numbers: [] }, words) } };
}

function wordQueries(fields: SearchFields, { whole, last }: Words): Query[] {
  return [...whole.map((word) => wordQuery(fields, word, false)), wordQuery(fields, last, true)];
}

/** One word, in any of the fields: as it is, with one typing error, begun (if it is the last), or as a number. */
function wordQuery({ texts, numbers }: SearchFields, word: string, begun: boolean): Query {
  const should: Query[] = [];
  const match = { query: word, fields: [...texts], operator: "and" as const };
  if (texts.length > 0) {
    // Codes and numbers that differ in one character are different things.
    const forgiving = /\p{N}/u.test(word) ? {} : { fuzziness: "AUTO:3,255", max_expansions: mostTerms };
    should.push({ multi_match: { ...match, ...forgiving } });
    if (begun) should.push({ multi_match: { ...match, type: "bool_prefix", max_expansions: mostTerms } });
  }
  if (isInt64(word)) for (const name of numbers) should.push({ term: { [name]: { value: word, boost: 10 } } });
  if (should.length === 0) return { match_none: {} };
  return should.length === 1 ? should[0]! : { dis_max: { queries: should, tie_breaker: 0.2 } };
}
