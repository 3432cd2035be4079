import type { Catalog } from "../../schema/catalog.js";
import type { Sink, Store } from "../ports.js";
import { connect } from "./cluster.js";
import { deadLettersIn } from "./dead-letters.js";
import { readProgress } from "./progress.js";
import { auditOf } from "./read/audit.js";
import { rowsIn } from "./read/rows.js";
import { searchOf } from "./read/search.js";
import { ElasticsearchSink } from "./sink.js";

/** @throws StoreRefusal when no usable server answers there, within 10 seconds */
export async function openSink(url: URL, catalog: Catalog): Promise<Sink> {
  // The pipeline retries with a wait, and counts that where operators see it. So the client does not retry.
  return new ElasticsearchSink(await connect(url, { retries: 0 }), catalog);
}

/** @throws StoreRefusal when no usable server answers there, within 10 seconds */
export async function openStore(url: URL, _catalog: Catalog): Promise<Store> {
  const cluster = await connect(url, { retries: 2 });
  return {
    name: "elasticsearch",
    rows: rowsIn(cluster),
    search: searchOf(cluster),
    audit: auditOf(cluster),
    deadLetters: deadLettersIn(cluster),
    progress: () => readProgress(cluster),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
