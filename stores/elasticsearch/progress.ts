import { errors } from "@elastic/elasticsearch";
import { adopted, type Progress } from "../../schema/position.js";
import { Replaced } from "../ports.js";
import type { Cluster } from "./cluster.js";
import { failed, failureOf } from "./errors.js";
import { aliasOf, progressName } from "./indices/indices.js";

interface Stored {
  readonly progress: Progress;
}

/** The document as it was when this was read or written. */
type Seen = { readonly if_seq_no: number; readonly if_primary_term: number } | { readonly op_type: "create" };

/** Reads the document itself, not the search index, so it is never behind. Null before anything was prepared. */
export async function readProgress(cluster: Cluster): Promise<Progress | null> {
  return progressOf(await read(cluster));
}

/**
 * The sink's progress. It is stored only over what this sink has read or stored last.
 * Any other progress is from a backup, or from an index that was made again.
 */
export class KnownProgress {
  #seen: Seen | null = null;

  constructor(readonly cluster: Cluster) {}

  async read(): Promise<Progress | null> {
    const found = await read(this.cluster);
    this.#seen = found.seen;
    return progressOf(found);
  }

  /** @throws Replaced */
  async write(progress: Progress): Promise<void> {
    const { client, prefix } = this.cluster;
    try {
      const { _seq_no, _primary_term } = await client.index<Stored>({
        index: aliasOf(prefix, progressName), id: "progress", document: { progress }, require_alias: true, ...this.#seen,
      });
      this.#seen = { if_seq_no: _seq_no!, if_primary_term: _primary_term! };
    } catch (error) {
      if (!(error instanceof errors.ResponseError && error.statusCode === 409)) throw failureOf("committing progress", error);
      const { stored, seen } = await read(this.cluster);
      if (JSON.stringify(stored) !== JSON.stringify(progress))
        throw new Replaced(`another progress is in ${aliasOf(prefix, progressName)}`);
      // An earlier try stored it, and its answer did not come.
      this.#seen = seen;
    }
  }
}

interface Found {
  readonly stored: Progress | null;
  readonly seen: Seen;
}

function progressOf({ stored }: Found): Progress | null {
  return stored && adopted(stored);
}

async function read({ client, prefix }: Cluster): Promise<Found> {
  const {
    _source, _seq_no, _primary_term,
  } = await client.get<Stored>({ index: aliasOf(prefix, progressName), id: "progress" }, { ignore: [404] })
    .catch(failed("reading progress"));
  return _source ? { stored: _source.progress, seen: { if_seq_no: _seq_no!, if_primary_term: _primary_term! } }
    : { stored: null, seen: { op_type: "create" } };
}
