import type { Catalog } from "../../schema/catalog.js";
import type { Sink, Store } from "../ports.js";
import { connect, makeKeyspace } from "./connection/connect.js";
import { deadLettersIn } from "./dead-letters.js";
import { readProgress } from "./progress.js";
import { auditOf } from "./read/audit.js";
import { rowsIn } from "./read/rows.js";
import { sinkOf } from "./sink.js";

/** @throws StoreRefusal when the server cannot be reached or refuses the login, within about 10 seconds */
export async function openSink(url: URL, catalog: Catalog): Promise<Sink> {
  return sinkOf((await connect(url)).watch(), catalog, () => makeKeyspace(url));
}

/** @throws StoreRefusal when the server cannot be reached or refuses the login, within about 10 seconds */
export async function openStore(url: URL, _catalog: Catalog): Promise<Store> {
  const session = await connect(url);
  return {
    name: "cassandra",
    rows: rowsIn(session),
    audit: auditOf(session),
    deadLetters: deadLettersIn(session),
    progress: () => readProgress(session),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
