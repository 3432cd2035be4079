import type { Store, TableSink } from "../ports.js";
import { connect, makeKeyspace } from "./connection/connect.js";
import { deadLettersIn } from "./dead-letters.js";
import { readGeneration } from "./generation.js";
import { readProgress } from "./progress.js";
import { auditOf } from "./read/audit.js";
import { rowsIn } from "./read/rows.js";
import { sinkOf } from "./sink.js";

/** @throws StoreRefusal when the server cannot be reached or refuses the login, within about 10 seconds */
export async function openSink(url: URL, name = "cassandra"): Promise<TableSink> {
  return sinkOf((await connect(url)).watch(), name, () => makeKeyspace(url));
}

/** @throws StoreRefusal when the server cannot be reached or refuses the login, within about 10 seconds */
export async function openStore(url: URL, name = "cassandra"): Promise<Store> {
  const session = await connect(url);
  return {
    name,
    rows: rowsIn(session),
    audit: auditOf(session),
    deadLetters: deadLettersIn(session),
    progress: () => readProgress(session),
    generation: () => readGeneration(session),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
