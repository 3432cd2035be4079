import { catalog } from "../../../../schema/catalog.js";
import type { Fields } from "../../../../schema/entity.js";
import { openSink, openStore } from "../../../../stores/elasticsearch/open.js";
import { created } from "../../../contract/changes.js";
import { openTestStore } from "../test-store.js";
import { entity, date, int32, int64, string } from "../../../support/declare.js";

jest.setTimeout(60_000);
const signal = new AbortController().signal;
const crateOf = <F extends Fields>(more: F) => entity("crate", {
  description: "-", key: ["crate_id"], owner: { kind: "everyone" },
  fields: { crate_id: int64("public", "-"), ...more } as Fields,
} as never);
const shelf = entity(
  "shelf", { description: "-", key: ["shelf_id"], fields: { shelf_id: int64("public", "-") }, owner: { kind: "everyone" } },
);

test("all problems are named at once with a remedy, and nothing is created", async () => {
  await using place = openTestStore();
  const before = crateOf({ depth: int32("public", "-"), label: string(20, "public", "-") });
  await using sink = await openSink(place.url);
  await sink.prepare(catalog([before]));
  const after = crateOf({ depth: date("public", "-"), label: int64("public", "-"), colour: string(9, "public", "-") });
  await place.client.indices.create({ index: `${place.prefix}-shelf` });

  const refusal = await sink.prepare(catalog([after, shelf])).catch((error: Error) => error.message) as string;
  expect(refusal).toContain("crate-v1: depth is long there and date in the catalog");
  expect(refusal).toContain("crate-v1: label is keyword to 8191 there and long in the catalog");
  expect(refusal).toContain("-shelf is there that is not ours");
  expect(refusal).toMatch(/Remedy: .*another prefix/);
  const [mapping] = Object.values(await place.client.indices.getMapping({ index: `${place.prefix}-crate` }));
  expect(Object.keys(mapping!.mappings.properties!)).not.toContain("colour");
});

test("a column that becomes BIGINT needs no new index, and old rows read as the new type", async () => {
  await using place = openTestStore();
  const [narrow, wide] = [crateOf({ depth: int32("public", "-") }), crateOf({ depth: int64("public", "-") })];
  await using sink = await openSink(place.url);
  const writer = await sink.prepare(catalog([narrow]));
  await writer.write([created(narrow, { crate_id: "1", depth: 7 })], signal);

  await using wider = await openSink(place.url);
  await using store = await openStore(place.url);
  await (await wider.prepare(catalog([wide]))).write([created(wide, { crate_id: "2", depth: "9007199254740993" })], signal);
  expect(await store.rows!.get(wide, [["1"], ["2"]])).toEqual([
    { crate_id: "1", depth: "7" }, { crate_id: "2", depth: "9007199254740993" },
  ]);
});

test("an index is made with the shards and replicas the URL names, and durable writes", async () => {
  await using place = openTestStore("?shards=3&replicas=0");
  await using sink = await openSink(place.url);
  await sink.prepare(catalog([shelf]));
  const [{ settings }] = Object.values(
    await place.client.indices.getSettings({ index: `${place.prefix}-shelf` }),
  ) as [{ settings: unknown }];
  expect(settings).toMatchObject({ index: { number_of_shards: "3", number_of_replicas: "0", translog: { durability: "request" } } });
});

test("a table of a thousand columns has an index, and may grow by another thousand", async () => {
  await using place = openTestStore();
  const columns = (n: number): Fields => Object.fromEntries(Array.from({ length: n }, (_, i) => [`c${i}`, int32("public", "-")]));
  const [thousand, more] = [crateOf(columns(1017)), crateOf(columns(2017))];
  await using sink = await openSink(place.url);
  await sink.prepare(catalog([thousand]));
  await sink.prepare(catalog([more]));
  const [mapping] = Object.values(await place.client.indices.getMapping({ index: `${place.prefix}-crate` }));
  expect(Object.keys(mapping!.mappings.properties!)).toHaveLength(2017 + 4);
});
