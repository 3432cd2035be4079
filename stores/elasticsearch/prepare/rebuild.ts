import type { estypes } from "@elastic/elasticsearch";
import type { Entity, Row } from "../../../schema/entity.js";
import { indexAction, sendBulk } from "../bulk.js";
import type { Cluster } from "../cluster.js";
import { type Document, decode, withoutWords, wordsWriterOf } from "../codec.js";
import { failed } from "../errors.js";
import { aliasOf, createIndex, indexOf, rowsAlias, searchAliasOf } from "../indices/indices.js";
import { mappingOf } from "../indices/mapping.js";
import { indexName } from "../names.js";
import type { Property } from "../kinds.js";
import { scan } from "../read/scan.js";

const page = 1_000;

/**
 * Writes every document of an index, tombstones too, into a new one, which then takes its place in
 * one step. Until then readers have the old one.
 * A new one that was not finished is begun again. What no sink wrote stays behind.
 */
export async function rebuildIndex(
  cluster: Cluster, of: Entity, index: string, { mappings, settings }: estypes.IndicesIndexState, found: estypes.IndicesGetResponse,
): Promise<void> {
  const { client, prefix } = cluster;
  const [next, unfinished] = [nextOf(prefix, of, index), unfinishedAlias(prefix, of)];
  if (found[next]) await client.indices.delete({ index: next }).catch(failed(`deleting ${next}`));

  const wanted = mappingOf(of);
  // Documents still have the fields that are no longer declared.
  const properties = { ...mappings?.properties as Readonly<Record<string, Property>>, ...wanted.properties };
  await createIndex(cluster, next, { ...wanted, properties }, [unfinished], keptOf(settings?.index ?? {}));
  const action = indexAction(unfinished, "external");
  const words = wordsWriterOf(of);
  for await (const hits of scan(cluster, of, { exists: { field: "sluice_key" } }, page)) {
    const refused = await sendBulk(client, hits.map(({ _id, _source }) => ({
      lines: `${action(_id!, _source!.sluice_version)}${document(of, _source!, words)}\n`, from: _id,
    })));
    if (refused[0]) throw new Error(`elasticsearch: building ${next} from ${index}: ${refused[0].from}: ${refused[0].reason}`);
  }
  await client.indices.refresh({ index: next }).catch(failed(`refreshing ${next}`));
  await client.indices.updateAliases({
    actions: [
      { remove_index: { index } }, { remove: { index: next, alias: unfinished } },
      ...[
        rowsAlias(prefix, of), ...(of.search.length > 0 ? [searchAliasOf(prefix, of)] : []),
      ].map((alias) => ({ add: { index: next, alias } })),
    ],
  }).catch(failed(`putting ${next} in the place of ${index}`));
}

/** Finds an index in the place of the new one that is not an unfinished one. */
export function inTheWay({ prefix }: Cluster, of: Entity, index: string, found: estypes.IndicesGetResponse): string[] {
  const next = nextOf(prefix, of, index);
  return found[next] && !found[next].aliases?.[unfinishedAlias(prefix, of)] ? [`an index named ${next} is there that is not ours`] : [];
}

function nextOf(prefix: string, of: Entity, index: string): string {
  return indexOf(prefix, indexName(of), Number(/-v(\d+)$/.exec(index)?.[1] ?? 1) + 1);
}

export const unfinishedAlias = (prefix: string, of: Entity): string => aliasOf(prefix, `sluice-unfinished-${indexName(of)}`);

function document(of: Entity, source: Document, words: (row: Row) => string): string {
  return `${withoutWords(source)}${source.sluice_deleted ? "" : words(decode(of, source))}}`;
}

/** The new index has the shards and replicas of the old one. */
function keptOf(
  { number_of_shards, number_of_replicas, auto_expand_replicas }: estypes.IndicesIndexSettings,
): estypes.IndicesIndexSettings {
  return {
    "index.number_of_shards": number_of_shards,
    ...(auto_expand_replicas === undefined ? {
      "index.number_of_replicas": number_of_replicas,
    } : { "index.auto_expand_replicas": auto_expand_replicas }),
  };
}
