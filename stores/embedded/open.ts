import { type Store, StoreRefusal, type TableSink } from "../ports.js";
import { auditOf } from "./audit.js";
import { openReader, openWriter } from "./file/file.js";
import { deadLettersOf } from "./letters.js";
import { readGeneration } from "./generation.js";
import { readProgress } from "./progress.js";
import { rowStoreOf } from "./rows.js";
import { readersOf } from "./search/readers.js";
import { searchStoreOf } from "./search/search.js";
import { sinkOf } from "./sink.js";

/** Opens the file for its one writer, and makes it and its folder if they are missing. @throws StoreRefusal, Retriable */
export async function openSink(url: URL, name = "embedded"): Promise<TableSink> {
  return sinkOf(openWriter(fileOf(url)), name);
}

/** Opens the file for reading, beside the writer's process and any number of other readers. @throws StoreRefusal, Retriable */
export async function openStore(url: URL, name = "embedded"): Promise<Store> {
  const file = fileOf(url);
  const db = openReader(file);
  const readers = readersOf(file);
  return {
    name,
    rows: rowStoreOf(db),
    search: searchStoreOf(file, readers),
    audit: auditOf(db),
    deadLetters: deadLettersOf(db),
    progress: async () => db.attempt("reading progress", () => readProgress(db)),
    generation: async () => db.attempt("reading the generation", () => readGeneration(db)),
    async [Symbol.asyncDispose]() {
      await readers[Symbol.asyncDispose]();
      db[Symbol.dispose]();
    },
  };
}

/** Reads `sqlite:relative/path.db`, `sqlite:/absolute/path.db` or `sqlite:///absolute/path.db`. */
function fileOf(url: URL): string {
  const file = decodeURIComponent(url.pathname);
  if (url.host || url.search || url.hash || file === "" || file.endsWith("/")) {
    throw new StoreRefusal("embedded", `${url.href} names no file`, "write sqlite:relative/path.db or sqlite:///absolute/path.db");
  }
  return file;
}
