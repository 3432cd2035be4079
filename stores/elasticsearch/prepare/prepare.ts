import type { estypes } from "@elastic/elasticsearch";
import type { Entity } from "../../../schema/entity.js";
import { StoreRefusal } from "../../ports.js";
import type { Cluster } from "../cluster.js";
import { failed } from "../errors.js";
import { aliasOf, createIndex, indexOf, lettersName, type Mappings, progressName, searchAliasOf, widen } from "../indices/indices.js";
import { type Mapping, mappingOf, undeclarable, widening } from "../indices/mapping.js";
import { indexName } from "../names.js";
import { inTheWay, rebuildIndex, unfinishedAlias } from "./rebuild.js";

const ours: readonly (readonly [string, Mappings])[] = [
  [progressName, { dynamic: "strict", properties: { progress: { type: "object", enabled: false } } }],
  [lettersName, {
    dynamic: "strict",
    properties: {
      entity: { type: "keyword" },
      version: { type: "long" },
      parked_at: { type: "date", format: "epoch_millis" },
      key: { type: "object", enabled: false },
      reason: { type: "object", enabled: false },
      change: { type: "object", enabled: false },
    },
  }],
];

/**
 * Creates what is not there, adds fields to what is, and builds again what cannot be searched. It looks at everything first.
 * @throws StoreRefusal with all problems, before anything was changed
 */
export async function prepareIndices(cluster: Cluster, entities: readonly Entity[]): Promise<void> {
  const { client, prefix } = cluster;
  const found = await client.indices.get({ index: `${prefix}-*`, allow_no_indices: true }).catch(failed("looking at the indices"));
  const problems = entities.flatMap(undeclarable);
  const steps: (() => Promise<unknown>)[] = [];
  for (const [name, mapping, of] of [
    ...ours.map(([name, mapping]) => [name, mapping, null] as const), ...entities.map((of) => [indexName(of), mappingOf(of), of] as const),
  ]) {
    const alias = aliasOf(prefix, name);
    const named = Object.entries(found).filter(([, { aliases }]) => aliases?.[alias]);
    const nameless = named.length === 0 ? Object.entries(found).filter(([index, { aliases }]) =>
      isOf(alias, index) && !hasUnfinished(cluster, of, aliases)) : [];
    const there = [...named, ...nameless];
    // An index whose alias was removed gets it back. Its rows are copied again, as those of an absent one.
    if (nameless[0]) steps.push(() => client.indices.putAlias({ index: nameless[0]![0], name: alias }).catch(failed(`naming ${alias}`)));
    if (found[alias]) problems.push(`an index named ${alias} is there that is not ours`);
    else if (there.length > 1) problems.push(`${alias} stands for ${there.map(([index]) => index).join(" and ")}`);
    else if (!there[0]) steps.push(() => createIndex(
      cluster, indexOf(prefix, name), mapping, [alias, ...(of?.search.length ? [searchAliasOf(prefix, of)] : [])],
    ));
    else {
      const [index, state] = there[0];
      const actual = state.mappings as Partial<Mapping>;
      const isOutdated = of !== null && !isSearchable(cluster, of, state);
      const { added, problems: differences } = widening(actual, { _meta: { key: [] }, ...mapping }, isOutdated);
      problems.push(...differences.map((difference) => `${index}: ${difference}`));
      if (isOutdated) {
        problems.push(...inTheWay(cluster, of, index, found));
        steps.push(() => rebuildIndex(cluster, of, index, state, found));
      } else if (Object.keys(added).length > 0) steps.push(() => widen(cluster, index, { ...actual.properties, ...added }));
    }
  }
  if (problems.length > 0) {
    throw new StoreRefusal(
      "elasticsearch",
      problems.join("; "),
      `declare it as it was, or use another prefix in the URL, or delete the index and ${indexOf(prefix, progressName)}: every row is `
        + "copied again then",
    );
  }
  for (const step of steps) await step();
}

function isOf(alias: string, index: string): boolean {
  return index.startsWith(`${alias}-v`) && /^\d+$/.test(index.slice(alias.length + 2));
}

function hasUnfinished({ prefix }: Cluster, of: Entity | null, aliases: estypes.IndicesIndexState["aliases"]): boolean {
  return of !== null && aliases?.[unfinishedAlias(prefix, of)] !== undefined;
}

/** Whether the documents have the words that searches look for. An entity without searched fields needs none. */
function isSearchable({ prefix }: Cluster, of: Entity, { aliases, mappings }: estypes.IndicesIndexState): boolean {
  const hasTexts = Object.values(mappings?.properties ?? {}).some(({ type }) => type === "text");
  return !hasTexts && (of.search.length === 0 || aliases?.[searchAliasOf(prefix, of)] !== undefined);
}
