import { catalog } from "../../../../schema/catalog.js";
import { openWriter } from "../../../../stores/embedded/file/file.js";
import { openSink, openStore } from "../../../../stores/embedded/open.js";
import { Retriable } from "../../../../stores/ports.js";
import { created, deleted, everyRow, signal, updated } from "../../../contract/changes.js";
import { place } from "../test-store.js";
import { entity, int64, nullable, string } from "../../../support/declare.js";

jest.setTimeout(60_000);
const jar = entity("jar", {
  description: "-", key: ["jar_id"], owner: { kind: "everyone" }, search: ["label", "content"],
  fields: { jar_id: int64("public", "-"), label: string(60, "public", "-"), content: nullable(string(60, "public", "-")) },
});
const jars = catalog([jar]);
const labelled = (id: number, label: string, content: string | null = null) => ({ jar_id: String(id), label, content });

/** The search index as the first release made it: its own tokenizer made the terms of the rows. */
const firstForm = `
  DROP TABLE sluice_terms_2_jar; DROP TABLE sluice_search_2_jar;
  CREATE VIRTUAL TABLE sluice_search_jar USING fts5 ("label", "content", content="jar", content_rowid="jar_id", tokenize='unicode61');
  CREATE VIRTUAL TABLE sluice_words_jar USING fts5vocab (sluice_search_jar, col);
  INSERT INTO sluice_search_jar (sluice_search_jar) VALUES ('rebuild');
  UPDATE sluice_entity SET declaration = json_remove(declaration, '$.words');`;

async function opened(url: URL) {
  const sink = await openSink(url);
  const store = await openStore(url);
  return {
    sink, store,
    find: async (text: string) => (await store.search!.search({
      text, targets: [{ entity: jar, fields: jar.search, scope: null }], limit: 99, after: null,
    })).hits.map(({ row }) => row.jar_id),
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

test("a file whose search index has the first form keeps its rows; searches wait until sync has made the new one", async () => {
  await using at = await place();
  {
    await using first = await opened(at.url);
    const writer = await first.sink.prepare(jars);
    await writer.write(
      Array.from({ length: 12_001 }, (_, i) => created(jar, labelled(i - 3, i % 1000 === 0 ? "蓝色设计手册" : "marmalade"))), signal,
    );
    using db = openWriter(at.file);
    db.exec(firstForm);
    // A build that was ended half-way.
    db.exec("CREATE VIRTUAL TABLE sluice_unfinished_jar USING fts5 (label); INSERT INTO sluice_unfinished_jar VALUES ('half')");
  }
  await using again = await opened(at.url);
  expect(await again.store.rows!.get(jar, [["5"]])).toEqual([labelled(5, "marmalade")]);
  await expect(again.find("设计")).rejects.toThrow(Retriable);

  await again.sink.prepare(jars);
  expect(await again.find("设计")).toEqual(Array.from({ length: 13 }, (_, i) => String(i * 1000 - 3)));
  expect(await everyRow(again.store, jar)).toHaveLength(12_001);
  using db = openWriter(at.file);
  const names = db.statement("SELECT name FROM sqlite_schema WHERE name LIKE 'sluice\\_%\\_jar' ESCAPE '\\' ORDER BY name").all().flat();
  expect(names).toEqual(["sluice_search_2_jar", "sluice_terms_2_jar"]);
});

test("the search index follows each row as it is written again, deleted and swept, and holds nothing else", async () => {
  await using at = await place();
  await using jarStore = await opened(at.url);
  const { sink, find } = jarStore;
  const writer = await sink.prepare(jars);
  const [one, two, three] = [labelled(1, "quince", "straße"), labelled(2, "quince"), labelled(3, "nul\0quince", "a\x1ab")];
  await writer.write([created(jar, one, 10), created(jar, two, 10), created(jar, three, 10)], signal);
  expect([await find("quince"), await find("strasse"), await find("b")]).toEqual([["2", "1", "3"], ["1"], ["3"]]);
  const changed = { ...one, label: "damson", content: null };
  await writer.write(
    [updated(jar, one, changed, 11), updated(jar, changed, { ...changed, label: "medlar" }, 12), deleted(jar, two, 12)], signal,
  );
  expect([await find("quince"), await find("strasse"), await find("damson"), await find("medlar")]).toEqual([["3"], [], [], ["1"]]);
  await sink.sweep(jar, 12, { after: null, upTo: null });
  expect([await find("nul"), await find("medlar")]).toEqual([[], ["1"]]);
  using db = openWriter(at.file);
  expect(db.statement("SELECT DISTINCT term FROM sluice_terms_2_jar").all()).toEqual([["medlar"]]);
});
