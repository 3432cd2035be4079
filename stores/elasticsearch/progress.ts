import { adopted, type Progress } from "../../schema/position.js";
import type { Cluster } from "./cluster.js";
import { failed } from "./errors.js";
import { aliasOf, progressName } from "./indices.js";

interface Stored {
  readonly progress: Progress;
}

/** Reads the document itself, not the search index, so it is never behind. Null before anything was prepared. */
export async function readProgress({ client, prefix }: Cluster): Promise<Progress | null> {
  const { _source } = await client.get<Stored>({ index: aliasOf(prefix, progressName), id: "progress" }, { ignore: [404] })
    .catch(failed("reading progress"));
  return _source ? adopted(_source.progress) : null;
}

export async function writeProgress({ client, prefix }: Cluster, progress: Progress): Promise<void> {
  await client.index<Stored>({ index: aliasOf(prefix, progressName), id: "progress", document: { progress }, require_alias: true })
    .catch(failed("committing progress"));
}
