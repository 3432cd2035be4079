import { createHash } from "node:crypto";
import type { estypes } from "@elastic/elasticsearch";
import type { Entity } from "../../../schema/entity.js";
import { wordsVersion } from "../../text/words.js";
import type { Cluster } from "../cluster.js";
import { causeOf, failed, failureOf } from "../errors.js";
import type { Mapping } from "./mapping.js";
import { indexName } from "../names.js";

/**
 * Every index is reached by an alias, over one index with `-v1` behind it, or `-v2` and so on once it was built again.
 * Writes demand the alias. So a write to a deleted index fails, where Elasticsearch would make one with guessed types.
 */
export function aliasOf(prefix: string, name: string): string {
  return `${prefix}-${name}`;
}

/** The alias of an entity's index. */
export function rowsAlias(prefix: string, of: Pick<Entity, "table">): string {
  return aliasOf(prefix, indexName(of));
}

export function indexOf(prefix: string, name: string, generation = 1): string {
  return `${aliasOf(prefix, name)}-v${generation}`;
}

/**
 * The alias that searches demand. An index has it only if all its documents were written with the
 * words and fields that this program looks for.
 */
export function searchAliasOf(prefix: string, of: Entity): string {
  const form = createHash("sha256").update(JSON.stringify([wordsVersion, of.search])).digest("hex").slice(0, 8);
  return aliasOf(prefix, `sluice-search-${form}-${indexName(of)}`);
}

export const progressName = "sluice-progress";
export const lettersName = "sluice-dead-letters";

export type Mappings = Omit<Mapping, "_meta"> & Partial<Pick<Mapping, "_meta">>;

/**
 * For each table, the index that its alias stands for. It is another one after the index was deleted or restored, or the alias was moved.
 */
export type Identities = ReadonlyMap<string, string>;

export async function identitiesIn({ client, prefix }: Cluster, entities: readonly Entity[]): Promise<Identities> {
  const found = await client.indices.get({
    index: `${prefix}-*`, allow_no_indices: true, expand_wildcards: ["open", "closed"], features: ["aliases", "settings"],
  }).catch(failed("looking at the indices"));
  const identities = new Map<string, string>(), sought = entities.map((of) => [of.table, rowsAlias(prefix, of)] as const);
  for (const { aliases = {}, settings } of Object.values(found)) {
    // An index restored over a closed one keeps its UUID, and gets another history.
    const { uuid, history_uuid = "" } = (settings?.index ?? {}) as { readonly uuid?: string; readonly history_uuid?: string };
    for (const [table, alias] of sought) if (aliases[alias]) identities.set(
      table, `${identities.get(table) ?? ""} ${uuid} ${history_uuid}`,
    );
  }
  return identities;
}

export async function createIndex(
  { client, shards, replicas }: Cluster, index: string, mapping: Mappings, aliases: readonly string[], kept?: estypes.IndicesIndexSettings,
): Promise<void> {
  await client.indices.create({
    index,
    aliases: Object.fromEntries(aliases.map((alias) => [alias, {}])),
    mappings: { _meta: { key: [] }, ...mapping } as never,
    settings: {
      "index.number_of_shards": shards,
      ...(replicas === null ? { "index.auto_expand_replicas": "0-1" } : { "index.number_of_replicas": replicas }),
      ...kept,
      // Invariant 1: what was answered is on disk, whatever a template of the cluster says.
      "index.translog.durability": "request",
      "index.mapping.total_fields.limit": fieldLimit(mapping.properties),
    },
  }).catch((error: unknown) => {
    // A second process prepared at the same moment. Its index is equal, or the next start says how it is not.
    if (causeOf(error).type !== "resource_already_exists_exception") throw failureOf(`creating ${index}`, error);
  });
}

export async function widen({ client }: Cluster, index: string, properties: Mapping["properties"]): Promise<void> {
  await client.indices.putSettings({ index, settings: { "index.mapping.total_fields.limit": fieldLimit(properties) } })
    .catch(failed(`widening ${index}`));
  await client.indices.putMapping({ index, properties: properties as never }).catch(failed(`widening ${index}`));
}

/** MySQL's widest table has 4,096 columns; Elasticsearch's default limit is 1,000 fields. */
function fieldLimit(properties: Mapping["properties"]): number {
  return Math.max(1000, 2 * Object.keys(properties).length + 100);
}
