import { catalog } from "../../../../schema/catalog.js";
import type { Entity } from "../../../../schema/entity.js";
import { openSink, openStore } from "../../../../stores/embedded/open.js";
import { StoreRefusal } from "../../../../stores/ports.js";
import { created, everyRow, nextId, signal } from "../../../contract/changes.js";
import { shelf } from "../../../contract/entities.js";
import { place } from "../test-store.js";
import { entity, decimal, int32, int64, nullable, reference, string } from "../../../support/declare.js";

const fields = {
  jar_id: int64("public", "Identifies the jar."),
  shelf_id: reference(shelf, "public", "Where it stands."),
  label: string(60, "public", "What is written on it."),
  content: nullable(string(60, "public", "What is in it.")),
  weight: int32("public", "Its weight in grams."),
};
const { content: _, ...withoutContent } = fields;
const common = { description: "What is redeclared.", key: ["jar_id"], owner: { kind: "everyone" } } as const;
const byWeight = { name: "jars", by: "shelf_id", orderBy: "weight", direction: "asc", description: "Lightest first." } as const;

const jar = entity("jar", { ...common, fields, search: ["label"], lookups: [byWeight] });
const jarSearchedMore = entity("jar", { ...common, fields, search: ["content", "label"] });
const jarWithoutContent = entity("jar", { ...common, fields: withoutContent, search: ["label"] });
const jarWithWideWeight = entity("jar", {
  ...common, fields: { ...fields, weight: int64("public", "Its weight in grams.") }, search: ["label"],
  lookups: [{ ...byWeight, orderBy: "label" }],
});

/** Opens the file with this declaration and hands a test what it needs of it. */
async function declared(url: URL, of: Entity) {
  const contents = catalog([shelf, of]);
  const sink = await openSink(url);
  const store = await openStore(url);
  const writer = await sink.prepare(contents);
  return {
    sink, writer, store,
    rows: () => everyRow(store, of),
    find: async (text: string) => (await store.search!.search({
      text, targets: [{ entity: of, fields: of.search, scope: null }], limit: 9, after: null,
    })).hits.map(({ row }) => row.label),
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

const full = () => ({ jar_id: nextId(), shelf_id: "1", label: "marmalade", content: "bergamot", weight: 7 });

test("a field that becomes searchable is found in rows written before", async () => {
  await using at = await place();
  await using narrow = await declared(at.url, jar);
  await narrow.writer.write([created(jar, full())], signal);
  expect([await narrow.find("marmalade"), await narrow.find("bergamot")]).toEqual([["marmalade"], []]);
  await using wide = await declared(at.url, jarSearchedMore);
  expect([await wide.find("marmalade"), await wide.find("bergamot")]).toEqual([["marmalade"], ["marmalade"]]);
});

test("a field that was undeclared for a while is null when it comes back: no sink wrote it meanwhile", async () => {
  await using at = await place();
  const row = full();
  const { content: __, ...rest } = row;
  {
    await using before = await declared(at.url, jar);
    await before.writer.write([created(jar, row)], signal);
  }
  {
    await using meanwhile = await declared(at.url, jarWithoutContent);
    expect(await meanwhile.rows()).toEqual([rest]);
  }
  await using again = await declared(at.url, jar);
  expect(await again.rows()).toEqual([{ ...row, content: null }]);
});

test("a 32-bit field may grow to 64 bits and a lookup may change its order, with the rows that are there", async () => {
  await using at = await place();
  const row = full();
  {
    await using narrow = await declared(at.url, jar);
    await narrow.writer.write([created(jar, row)], signal);
  }
  await using wide = await declared(at.url, jarWithWideWeight);
  const next = { ...full(), label: "aspic", weight: "9007199254740993" };
  await wide.writer.write([created(jarWithWideWeight, next)], signal);
  const { rows } = await wide.store.rows!.list(
    jarWithWideWeight, jarWithWideWeight.lookups[0]!, "1", { limit: 9, from: null, backward: false },
  );
  expect(rows).toEqual([next, { ...row, weight: "7" }]);
});

test("a lookup ordered by a decimal is refused: as text it would be in the wrong order", async () => {
  await using at = await place();
  const priced = entity("jar", {
    ...common, fields: { ...fields, price: decimal(10, 2, "public", "Its price.") }, lookups: [{ ...byWeight, orderBy: "price" }],
  });
  await expect(declared(at.url, priced)).rejects.toThrow(StoreRefusal);
});

test("a refused declaration changes nothing, also not in the tables before it", async () => {
  await using at = await place();
  await using before = await declared(at.url, jar);
  const box = entity("box", { ...common, key: ["box_id"], fields: { box_id: int64("public", "Identifies the box.") } });
  const rekeyed = entity("jar", { ...common, key: ["jar_id", "label"], fields });
  await expect(before.sink.prepare(catalog([shelf, box, rekeyed]))).rejects.toThrow(/jar has the key \(jar_id\)/);
  await before.sink.prepare(catalog([shelf, box]));
  expect(await everyRow(before.store, box)).toEqual([]);
});
