import type { Store, TableSink } from "../ports.js";
import { connect } from "./cluster.js";
import { deadLettersIn } from "./dead-letters.js";
import { readGeneration } from "./generation.js";
import { readProgress } from "./progress.js";
import { auditOf } from "./read/audit.js";
import { rowsIn } from "./read/rows.js";
import { searchOf } from "./read/search.js";
import { ElasticsearchSink } from "./sink.js";

/** @throws StoreRefusal when no usable server answers there, within 10 seconds */
export async function openSink(url: URL, name = "elasticsearch"): Promise<TableSink> {
  // The pipeline retries with a wait, and counts that where operators see it. So the client does not retry.
  return new ElasticsearchSink(await connect(url, { retries: 0 }), name);
}

/** @throws StoreRefusal when no usable server answers there, within 10 seconds */
export async function openStore(url: URL, name = "elasticsearch"): Promise<Store> {
  const cluster = await connect(url, { retries: 2 });
  return {
    name,
    rows: rowsIn(cluster),
    search: searchOf(cluster),
    audit: auditOf(cluster),
    deadLetters: deadLettersIn(cluster),
    progress: () => readProgress(cluster),
    generation: () => readGeneration(cluster),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
