import { catalog } from "../../../../schema/catalog.js";
import { openSink, openStore } from "../../../../stores/elasticsearch/open.js";
import { Retriable } from "../../../../stores/ports.js";
import { created, everyRow } from "../../../contract/changes.js";
import { openTestStore, type TestStore } from "../test-store.js";
import { entity, date, int64, nullable, string } from "../../../support/declare.js";

jest.setTimeout(60_000);
const signal = new AbortController().signal;
const fields = {
  jar_id: int64("public", "-"), label: string(60, "public", "-"), content: nullable(string(60, "public", "-")), day: date("public", "-"),
};
const declared = { description: "-", key: ["jar_id"], owner: { kind: "everyone" }, fields } as const;
const jar = entity("jar", { ...declared, search: ["label"] });
const jarSearchedMore = entity("jar", { ...declared, search: ["label", "content"] });
const row = (id: string, label: string) => ({ jar_id: id, label, content: "bergamot", day: "2026-01-05" });

/** An index as the first release made it: the server's own analyzer made the terms. */
async function makeFirstForm({ client, prefix }: TestStore): Promise<void> {
  await client.indices.create({
    index: `${prefix}-jar-v1`, aliases: { [`${prefix}-jar`]: {} },
    mappings: {
      dynamic: "strict", _meta: { key: ["jar_id"] },
      properties: {
        sluice_key: { type: "keyword" }, sluice_version: { type: "long" }, sluice_deleted: { type: "boolean" },
        jar_id: { type: "long" }, label: { type: "text", fields: { exact: { type: "keyword" } } },
        content: { type: "keyword", ignore_above: 8191 },
        day: { type: "date", format: "strict_date_optional_time" }, dropped: { type: "long" },
      },
    },
    settings: { "index.number_of_shards": 2, "index.number_of_replicas": 0, "index.translog.durability": "request" },
  });
  const documents = Array.from(
    { length: 2_100 },
    (_, i) => ({ sluice_key: String(i), sluice_version: 10, ...row(String(i), i === 7 ? "蓝色设计手册" : "marmalade"), dropped: "5" }),
  );
  const operations = [...documents, { sluice_key: "gone", sluice_version: 20, sluice_deleted: true }].flatMap((document) =>
    [
      { index: { _index: `${prefix}-jar`, _id: document.sluice_key, version: document.sluice_version, version_type: "external" as const } },
      document,
    ]);
  await client.bulk({ operations, refresh: true });
}

const finder = (store: Awaited<ReturnType<typeof openStore>>, of: typeof jar) => async (text: string) =>
  (await store.search!.search({
    text, targets: [{ entity: of, fields: of.search, scope: null }], limit: 9, after: null,
  })).hits.map((hit) => hit.row.jar_id);

test("an index of the first form keeps its rows, versions and shards; searches wait until sync has built the new one", async () => {
  await using place = openTestStore();
  await makeFirstForm(place);
  // A rebuild that was ended half-way.
  await place.client.indices.create({ index: `${place.prefix}-jar-v2`, aliases: { [`${place.prefix}-sluice-unfinished-jar`]: {} } });
  await using sink = await openSink(place.url);
  await using store = await openStore(place.url);
  const find = finder(store, jar);
  expect(await store.rows!.get(jar, [["7"]])).toEqual([row("7", "蓝色设计手册")]);
  await expect(find("设计")).rejects.toThrow(Retriable);

  const writer = await sink.prepare(catalog([jar]));
  expect(await find("设计")).toEqual(["7"]);
  expect(await everyRow(store, jar)).toHaveLength(2_100);
  const found = await place.client.indices.get({ index: `${place.prefix}-jar*` });
  expect(Object.keys(found)).toEqual([`${place.prefix}-jar-v2`]);
  expect(found[`${place.prefix}-jar-v2`]!.settings?.index).toMatchObject({ number_of_shards: "2", number_of_replicas: "0" });
  expect(Object.keys(found[`${place.prefix}-jar-v2`]!.aliases!)).toHaveLength(2);

  // Older writes are refused, also for deleted rows.
  await writer.write(
    [created(jar, row("7", "older"), 9), created(jar, row("gone", "older"), 19), created(jar, row("8", "newer"), 11)], signal,
  );
  expect(await store.rows!.get(jar, [["7"], ["gone"], ["8"]])).toEqual([row("7", "蓝色设计手册"), null, row("8", "newer")]);
  await sink.prepare(catalog([jar]));
  expect(Object.keys(await place.client.indices.get({ index: `${place.prefix}-jar*` }))).toEqual([`${place.prefix}-jar-v2`]);
});

test("a field that becomes searchable is found in rows written before", async () => {
  await using place = openTestStore();
  await using sink = await openSink(place.url);
  const writer = await sink.prepare(catalog([jar]));
  await writer.write([created(jar, row("1", "marmalade"))], signal);
  await using wider = await openSink(place.url);
  await using store = await openStore(place.url);
  const find = finder(store, jarSearchedMore as typeof jar);
  await expect(find("bergamot")).rejects.toThrow(Retriable);
  await wider.prepare(catalog([jarSearchedMore]));
  expect([await find("bergamot"), await find("marm")]).toEqual([["1"], ["1"]]);
});

test("an index in the place of the new one that is foreign is left alone, and named", async () => {
  await using place = openTestStore();
  await makeFirstForm(place);
  await place.client.indices.create({ index: `${place.prefix}-jar-v2` });
  await using sink = await openSink(place.url);
  await expect(sink.prepare(catalog([jar]))).rejects.toThrow(/-jar-v2 is there that is not ours.*Remedy/);
  expect(Object.keys(await place.client.indices.get({ index: `${place.prefix}-jar*` })).toSorted()).toEqual([
    `${place.prefix}-jar-v1`, `${place.prefix}-jar-v2`,
  ]);
});
