import { createHash } from "node:crypto";
import { catalog } from "../../../schema/catalog.js";
import type { Change } from "../../../schema/change.js";
import type { Progress } from "../../../schema/position.js";
import { everyKey } from "../../../schema/position.js";
import { openSink, openStore } from "../../../stores/elasticsearch/open.js";
import { Replaced, Retriable, type Store, type TableSink, type Writer, StoreRefusal } from "../../../stores/ports.js";
import { created, deleted, nextId, nextVersion } from "../../contract/changes.js";
import { openTestStore, type TestStore } from "./test-store.js";
import { entity, date, int64, string } from "../../support/declare.js";

const parcel = entity("parcel", {
  description: "-", key: ["parcel_id"],
  fields: { parcel_id: int64("public", "-"), sent_on: date("public", "-"), content: string(1_000_000, "public", "-") },
  owner: { kind: "everyone" },
});
const badge = entity("badge", {
  description: "-", key: ["code"],
  fields: { code: string(2000, "public", "-") },
  owner: { kind: "everyone" },
});
const parcels = catalog([parcel, badge]);
const signal = new AbortController().signal;

let place: TestStore;
let sink: TableSink;
let writer: Writer;
let store: Store;
beforeAll(async () => {
  place = openTestStore();
  sink = await openSink(place.url);
  store = await openStore(place.url);
  writer = await sink.prepare(parcels);
});
afterAll(async () => {
  await sink[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});
jest.setTimeout(60_000);

const parcelRow = (values: Record<string, string> = {}) => ({ parcel_id: nextId(), sent_on: "2026-02-28", content: "plain", ...values });
const indexName = () => `${place.prefix}-parcel-v1`;
const read = async (...ids: string[]) => store.rows!.get(parcel, ids.map((id) => [id]));
const set = (settings: Record<string, unknown>) => place.client.indices.putSettings({ index: indexName(), settings });
const streamAt = (version: number): Progress =>
  ({ position: { gtids: "", file: "binlog.000001", offset: 4, version }, currentAt: 0 });

test("invariant 4: a write that comes after its row's delete was forgotten does not bring the row back", async () => {
  await set({ "index.gc_deletes": "0s" });
  const row = parcelRow();
  const [write, remove] = [created(parcel, row), deleted(parcel, row)];
  await writer.write([write, remove], signal);

  // The control: a document deleted as Elasticsearch deletes comes back as soon as its version is forgotten.
  const late = { index: indexName(), id: "control", document: { sluice_key: "control" }, version_type: "external" as const };
  await place.client.index({ ...late, version: 1 });
  await place.client.delete({ index: indexName(), id: "control", version: 2, version_type: "external" });
  await eventually(async () => {
    await place.refresh();
    const { result } = await place.client.index({ ...late, version: 1 }, { ignore: [409] });
    return result === "created";
  });
  await place.client.delete({ index: indexName(), id: "control" });

  expect(await writer.write([write], signal)).toEqual([]);
  expect(await read(row.parcel_id)).toEqual([null]);
});

test("invariant 9: what the server refuses of one row is that row's rejection, and the rest of the batch is written", async () => {
  const good = [parcelRow(), parcelRow()];
  const noDay = parcelRow({ sent_on: "2026-02-30" });
  const changes = [created(parcel, good[0]!), created(parcel, noDay), created(parcel, good[1]!)];
  const rejections = await writer.write(changes, signal);
  expect(rejections).toMatchObject([{ entity: "parcel", key: [noDay.parcel_id], version: changes[1]!.version, change: changes[1] }]);
  expect(rejections[0]!.reason).toMatch(/sent_on.*Invalid date/);
  expect(await read(good[0]!.parcel_id, noDay.parcel_id, good[1]!.parcel_id)).toEqual([good[0], null, good[1]]);
});

test("invariant 9: what Elasticsearch would silently change is rejected, with the field and the value", async () => {
  const bad = [
    parcelRow({ parcel_id: "1.5" }), parcelRow({ sent_on: "2026" }), parcelRow({ sent_on: "28.02.2026" }),
    { parcel_id: nextId(), sent_on: "2026-01-01" } as never,
  ];
  const rejections = await writer.write(bad.map((row) => created(parcel, row)), signal);
  expect(rejections.map(({ reason }) => reason)).toEqual([
    'parcel.parcel_id: "1.5" is not of kind int64', 'parcel.sent_on: "2026" is not of kind date',
    'parcel.sent_on: "28.02.2026" is not of kind date', "parcel.content: a missing value is not of kind string",
  ]);
});

test("a key that cannot be an id is held by its hash, and found by the whole key alone", async () => {
  const codes = ["fits", "", "x".repeat(513), "é".repeat(257), "é".repeat(256), "sha256:x"];
  const badges = codes.map((code) => ({ code }));
  expect(await writer.write(badges.map((row) => created(badge, row)), signal)).toEqual([]);
  expect(await store.rows!.get(badge, codes.map((code) => [code]))).toEqual(badges);

  // A document that another key's hash would lead to is not that key's row.
  const id = `sha256:${createHash("sha256").update("y".repeat(600)).digest("base64url")}`;
  await place.client.index({ index: `${place.prefix}-badge`, id, document: { sluice_key: "z", sluice_version: 1, code: "z" } });
  expect(await store.rows!.get(badge, [["y".repeat(600)], [id]])).toEqual([null, null]);
});

test("overload is retriable and rejects nothing: an index on a full disk", async () => {
  const row = parcelRow();
  await set({ "index.blocks.read_only_allow_delete": true });
  await expect(writer.write([created(parcel, row)], signal)).rejects.toThrow(Retriable);
  await set({ "index.blocks.read_only_allow_delete": null });
  expect(await writer.write([created(parcel, row)], signal)).toEqual([]);
  expect(await read(row.parcel_id)).toEqual([row]);
});

test("an index that is closed to writing needs a person", async () => {
  await set({ "index.blocks.write": true });
  await expect(writer.write([created(parcel, parcelRow())], signal)).rejects.toThrow(StoreRefusal);
  await set({ "index.blocks.write": null });
});

test("many megabytes go in several requests, each row whole", async () => {
  const rows = Array.from({ length: 7 }, (_, i) => parcelRow({ content: String(i).repeat(3_000_000) }));
  expect(await writer.write(rows.map((row) => created(parcel, row)), signal)).toEqual([]);
  for (const row of rows) expect(await read(row.parcel_id)).toEqual([row]);
});

test("a sweep goes on through many pages and spares what is newer", async () => {
  const rows = Array.from({ length: 11_000 }, () => parcelRow());
  await writer.write(rows.map((row) => created(parcel, row)), signal);
  const bar = nextVersion();
  const kept = parcelRow({ content: "newer" });
  await writer.write([created(parcel, kept, bar)], signal);
  await sink.sweep(parcel, bar, everyKey);
  await place.refresh();
  const left = [];
  for await (const piece of store.audit.rows(parcel)) left.push(...piece);
  expect(left.map(({ row }) => row)).toEqual([kept]);
});

test("tombstones are removed a day after the sink holds what came after them, and not before", async () => {
  const day = 86_400_000_000;
  const [old, young] = [parcelRow(), parcelRow()];
  const now = nextVersion();
  const changes: Change[] = [deleted(parcel, old, now - 2 * day), deleted(parcel, young, now - day / 2)];
  await writer.write(changes, signal);
  await place.refresh();
  await using again = await openSink(place.url);
  await again.prepare(parcels);
  await again.storeProgress(streamAt(now));
  const there = async (id: string) => place.client.exists({ index: indexName(), id });
  expect([await there(old.parcel_id), await there(young.parcel_id)]).toEqual([false, true]);
});

test("an index deleted under a running sink is a store that was replaced, and none of guessed types takes its place", async () => {
  await place.client.indices.delete({ index: indexName() });
  await expect(writer.write([created(parcel, parcelRow())], signal)).rejects.toThrow(Replaced);
  await expect(read("1")).rejects.toThrow(StoreRefusal);
  expect(await place.client.indices.exists({ index: `${place.prefix}-parcel` })).toBe(false);
  writer = await sink.prepare(parcels);
  expect(await writer.write([created(parcel, parcelRow())], signal)).toEqual([]);
});

test("an index made again behind sync's back, or that has lost its alias, is absent, and no position is stored, until it is "
  + "prepared", async () => {
  const there = async () => Object.values(await place.client.indices.get({ index: indexName() }))[0]!;
  const again = async () => {
    const { mappings } = await there();
    await place.client.indices.delete({ index: indexName() });
    await place.client.indices.create({ index: indexName(), mappings: mappings!, aliases: { [`${place.prefix}-parcel`]: {} } });
  };
  const unnamed = () => place.client.indices.deleteAlias({ index: indexName(), name: `${place.prefix}-parcel` });
  let version = nextVersion();
  for (const change of [again, unnamed]) {
    await using other = await openSink(place.url);
    await other.prepare(parcels);
    await other.progress();
    await change();
    await expect(other.storeProgress(streamAt(version))).rejects.toThrow(Replaced);
    expect(await other.absent(parcels.entities)).toEqual([parcel]);
    const next = await other.prepare(parcels);
    expect(await other.absent(parcels.entities)).toEqual([]);
    await other.storeProgress(streamAt((version = nextVersion())));
    expect(await next.write([created(parcel, parcelRow())], signal)).toEqual([]);
  }
});

test("an index that is closed, as while it is restored, is waited for; none of its rows is refused", async () => {
  const row = parcelRow();
  await place.client.indices.close({ index: indexName() });
  await expect(writer.write([created(parcel, row)], signal)).rejects.toThrow(/open the index/);
  await expect(writer.write([created(parcel, row)], signal)).rejects.toThrow(Retriable);
  await place.client.indices.open({ index: indexName() });
  await eventually(async () => writer.write([created(parcel, row)], signal).then((refused) => refused.length === 0, () => false));
});

test("an alias that stands for two indices needs a person; none of its rows is refused", async () => {
  await place.client.indices.create({ index: `${place.prefix}-parcel-v2`, aliases: { [`${place.prefix}-parcel`]: {} } });
  await expect(writer.write([created(parcel, parcelRow())], signal)).rejects.toThrow(Replaced);
  await expect(sink.prepare(parcels)).rejects.toThrow(StoreRefusal);
  await place.client.indices.delete({ index: `${place.prefix}-parcel-v2` });
  expect(await writer.write([created(parcel, parcelRow())], signal)).toEqual([]);
});

test("a position whose answer was lost is stored once more silently", async () => {
  const progress = streamAt(nextVersion());
  writer = await sink.prepare(parcels);
  await sink.progress();
  await place.client.index({ index: `${place.prefix}-sluice-progress`, id: "progress", document: { progress } });
  await sink.storeProgress(progress);
  expect(await sink.progress()).toEqual(progress);
});

async function eventually(is: () => Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 20));
}
