import type { Generation } from "../../schema/generation.js";
import type { Cluster } from "./cluster.js";
import { failed } from "./errors.js";
import { aliasOf, progressName } from "./indices/indices.js";
import { readProgress } from "./progress.js";

/** It stands beside the progress, in a property that is not indexed. */
interface Stored {
  readonly progress: { readonly generation: Generation };
}

const idOf = (number: number) => `generation-${number}`;

/** The generation that the stored progress names; null in indices of an earlier release, and where no sink has written. */
export async function readGeneration(cluster: Cluster): Promise<Generation | null> {
  const named = (await readProgress(cluster))?.generation;
  if (!named) return null;
  const index = aliasOf(cluster.prefix, progressName);
  const { _source } = await cluster.client.get<Stored>({ index, id: idOf(named.number) }, { ignore: [404] })
    .catch(failed("reading the generation"));
  return _source ? _source.progress.generation : null;
}

export async function storeGeneration({ client, prefix }: Cluster, generation: Generation): Promise<void> {
  await client.index<Stored>({
    index: aliasOf(prefix, progressName), id: idOf(generation.number), document: { progress: { generation } }, require_alias: true,
  }).catch(failed("storing the generation"));
}
