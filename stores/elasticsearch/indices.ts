import type { Entity } from "../../schema/entity.js";
import { StoreRefusal } from "../ports.js";
import type { Cluster } from "./cluster.js";
import { causeOf, failed, failureOf } from "./errors.js";
import { type Mapping, mappingOf, undeclarable, widening } from "./mapping.js";

/**
 * Every index has a name that is an alias, over one index with a `-v1` behind it. Writes demand the alias, so
 * a write to an index somebody deleted fails, where Elasticsearch would make one with guessed types.
 */
export function aliasOf(prefix: string, name: string): string {
  return `${prefix}-${name}`;
}

export function indexOf(prefix: string, name: string): string {
  return `${aliasOf(prefix, name)}-v1`;
}

/** The table of an entity's index, or null. */
export function tableOf(prefix: string, index: string): string | null {
  return index.startsWith(`${prefix}-`) && index.endsWith("-v1") ? index.slice(prefix.length + 1, -3) : null;
}

export const progressName = "sluice-progress";
export const lettersName = "sluice-dead-letters";

type Mappings = Omit<Mapping, "_meta"> & Partial<Pick<Mapping, "_meta">>;

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

interface Found {
  readonly index: string;
  readonly mapping: Partial<Mapping>;
}

/** Creates what is not there and adds fields to what is. Looks at everything first. @throws StoreRefusal with all problems, before anything was changed */
export async function prepareIndices(cluster: Cluster, entities: readonly Entity[]): Promise<void> {
  const { client, prefix } = cluster;
  const found = await client.indices.get({ index: `${prefix}-*`, allow_no_indices: true }).catch(failed("looking at the indices"));
  const problems = entities.flatMap(undeclarable);
  const create: (() => Promise<unknown>)[] = [];
  for (const [name, mapping] of [...ours, ...entities.map((of) => [of.table, mappingOf(of)] as const)]) {
    const alias = aliasOf(prefix, name);
    const there: Found[] = Object.entries(found).filter(([, { aliases }]) => aliases?.[alias])
      .map(([index, { mappings }]) => ({ index, mapping: mappings as Partial<Mapping> }));
    if (found[alias]) problems.push(`an index named ${alias} is there that is not ours`);
    else if (there.length > 1) problems.push(`${alias} stands for ${there.map(({ index }) => index).join(" and ")}`);
    else if (!there[0]) create.push(() => createIndex(cluster, name, mapping));
    else {
      const { index, mapping: actual } = there[0];
      const { added, problems: differences } = widening(actual, { _meta: { key: [] }, ...mapping });
      problems.push(...differences.map((difference) => `${index}: ${difference}`));
      if (Object.keys(added).length > 0) create.push(() => widen(cluster, index, { ...actual.properties, ...added }));
    }
  }
  if (problems.length > 0) {
    throw new StoreRefusal("elasticsearch", problems.join("; "),
      `declare it as it was, or use another prefix in the URL, or delete the index and ${indexOf(prefix, progressName)}: every row is copied again then`);
  }
  for (const step of create) await step();
}

/** Those of the entities that have no index. */
export async function absentIn({ client, prefix }: Cluster, entities: readonly Entity[]): Promise<readonly Entity[]> {
  const found = await client.indices.get({ index: `${prefix}-*`, allow_no_indices: true }).catch(failed("looking at the indices"));
  const aliases = new Set(Object.values(found).flatMap(({ aliases: of }) => Object.keys(of ?? {})));
  return entities.filter((of) => !aliases.has(aliasOf(prefix, of.table)));
}

async function createIndex({ client, prefix, shards, replicas }: Cluster, name: string, mapping: Mappings): Promise<void> {
  const index = indexOf(prefix, name);
  await client.indices.create({
    index,
    aliases: { [aliasOf(prefix, name)]: {} },
    mappings: { _meta: { key: [] }, ...mapping } as never,
    settings: {
      "index.number_of_shards": shards,
      ...(replicas === null ? { "index.auto_expand_replicas": "0-1" } : { "index.number_of_replicas": replicas }),
      // Invariant 1: what was answered is on disk, whatever a template of the cluster says.
      "index.translog.durability": "request",
      "index.mapping.total_fields.limit": fieldLimit(mapping.properties),
    },
  }).catch((error: unknown) => {
    // A second process prepared at the same moment; ours are equal or the next start says how not.
    if (causeOf(error).type !== "resource_already_exists_exception") throw failureOf(`creating ${index}`, error);
  });
}

async function widen({ client }: Cluster, index: string, properties: Mapping["properties"]): Promise<void> {
  await client.indices.putSettings({ index, settings: { "index.mapping.total_fields.limit": fieldLimit(properties) } })
    .catch(failed(`widening ${index}`));
  await client.indices.putMapping({ index, properties: properties as never }).catch(failed(`widening ${index}`));
}

/** MySQL's widest table has 4,096 columns; Elasticsearch's default limit is 1,000 fields. */
function fieldLimit(properties: Mapping["properties"]): number {
  return Math.max(1000, 2 * Object.keys(properties).length + 100);
}
