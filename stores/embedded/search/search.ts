import type { SearchStore } from "../../ports.js";
import { searchBy } from "../../text/search.js";
import { timeLimit } from "../../time-limit.js";
import { codecOf } from "../tables/codec.js";
import type { Readers } from "./readers.js";
import { queryOf } from "./targets.js";

/** Searches full text in processes of their own, so that key reads go on in this one. */
export function searchStoreOf(file: string, readers: Readers): SearchStore {
  return {
    search: (query, signal) => timeLimit(`searching in ${file}`, signal, (ends) => searchBy(query, async (
      { words, targets, forgiven, after, limit },
    ) => {
      const queries = targets.flatMap((target) => queryOf(target, { after, limit }) ?? []);
      if (queries.length === 0) return [];
      const answers = await readers.find({ words, queries, forgiven }, ends);
      return answers.map(([target, length, ...values]) => ({ target, length, row: codecOf(query.targets[target]!.entity).decode(values) }));
    })),
  };
}
