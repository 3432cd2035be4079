import type { Progress } from "../../../schema/position.js";
import { everyKey } from "../../../schema/position.js";
import { openSink, openStore } from "../../../stores/cassandra/open.js";
import type { Store, TableSink, Writer } from "../../../stores/ports.js";
import { collect, created, deleted, nextId, nextVersion, rowOf, signal, updated } from "../../contract/changes.js";
import { contractCatalog, crate, specimen, specimenRow } from "../../contract/entities.js";
import { type FreshKeyspace, freshKeyspace } from "./fresh-keyspace.js";

jest.setTimeout(120_000);

let keyspace: FreshKeyspace;
let sink: TableSink;
let writer: Writer;
let store: Store;
beforeAll(async () => {
  keyspace = await freshKeyspace();
  sink = await openSink(keyspace.url);
  store = await openStore(keyspace.url);
  writer = await sink.prepare(contractCatalog);
});
afterAll(async () => {
  await sink?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
  await keyspace?.[Symbol.asyncDispose]();
});
afterEach(() => jest.restoreAllMocks());

const [byRank] = specimen.lookups;
const idsOn = async (shelf: string) => (await store.rows!.list(
  specimen, byRank!, shelf, { limit: 100, from: null, backward: false },
)).rows.map((row) => row.specimen_id);

test("invariant 9: a row larger than the server takes is rejected with its reason, and the rest of the batch is written", async () => {
  const shelf_id = nextId();
  const [large, small] = [specimenRow(nextId(), { shelf_id, text: "x".repeat(17_000_000) }), specimenRow(nextId(), { shelf_id })];
  const rejections = await writer.write([created(specimen, large), created(specimen, small)], signal);
  expect(rejections.map(({ key, reason }) => [key, /too big|too large/.test(reason)])).toEqual([[[large.specimen_id], true]]);
  expect(await idsOn(shelf_id)).toEqual([small.specimen_id]);
});

test("a row that one table takes and another refuses, being a few bytes too large there, is in none", async () => {
  const written = async (length: number) => {
    const row = specimenRow(nextId(), { shelf_id: nextId(), former_shelf_id: nextId(), text: "x".repeat(length) });
    const rejections = await writer.write([created(specimen, row)], signal);
    const entries = await Promise.all(specimen.lookups.slice(0, 2).map((lookup) => store.audit.entriesAt(specimen, lookup, [row])));
    const parts = [await rowOf(store, specimen, [row.specimen_id as string]), ...entries.flat()].filter((part) => part !== null).length;
    return { reason: rejections[0]?.reason, parts };
  };
  const tooLarge = 16 * 1024 * 1024;
  const { reason: told } = await written(tooLarge);
  const [size, limit] = told!.match(/\d{6,}/g) ?? [told, "no sizes"];
  const about = tooLarge - (Number(size) - Number(limit));
  for (let length = about - 48; length <= about + 64; length += 8) {
    const { reason, parts } = await written(length);
    expect({ length, parts }).toEqual({ length, parts: reason === undefined ? 3 : 0 });
  }
});

test("a row that cannot be held leaves no entry that the change after it could not name", async () => {
  const [from, to] = [nextId(), nextId()];
  const good = specimenRow(nextId(), { shelf_id: from });
  const bad = { ...good, shelf_id: nextId(), whole: "9223372036854775808" };
  const mended = { ...good, shelf_id: to };
  await writer.write([created(specimen, good)], signal);
  expect(await writer.write([updated(specimen, good, bad)], signal)).toMatchObject([
    { key: [good.specimen_id], reason: expect.stringContaining("whole: ") },
  ]);
  await writer.write([updated(specimen, bad, mended)], signal);
  expect([await idsOn(from), await idsOn(to)]).toEqual([[], [good.specimen_id]]);
  expect(await rowOf(store, specimen, [good.specimen_id as string])).toEqual(mended);
});

test("many rows of one partition, moved within it and out of it in one write, end where they belong", async () => {
  const [here, there] = [nextId(), nextId()];
  const rows = Array.from({ length: 130 }, (_, i) => specimenRow(nextId(), { shelf_id: here, rank: i }));
  const changes = rows.map((row) => created(specimen, row));
  changes.push(...rows.slice(0, 60).map((row) => updated(specimen, row, { ...row, rank: 1000 - (row.rank as number) })));
  changes.push(
    ...rows.slice(60, 70).map((row) => updated(specimen, row, { ...row, shelf_id: there })),
    ...rows.slice(70, 80).map((row) => deleted(specimen, row)),
  );
  expect(await writer.write(changes.toReversed(), signal)).toEqual([]);
  const left = [...rows.slice(80, 130), ...rows.slice(0, 60).reverse()].map((row) => row.specimen_id);
  expect(await idsOn(there)).toEqual(rows.slice(60, 70).map((row) => row.specimen_id));
  const all = (await collect(store.audit.entries(specimen, byRank!))).filter((row) => row.shelf_id === here);
  expect(all.map((row) => row.specimen_id)).toEqual(left);
});

test("invariant 7: a write that is told to stop begins nothing more and says so", async () => {
  const row = specimenRow(nextId());
  const stop = new AbortController();
  stop.abort(new Error("stopped by SIGTERM"));
  await expect(writer.write([created(specimen, row)], stop.signal)).rejects.toThrow("stopped by SIGTERM");
  expect(await rowOf(store, specimen, [row.specimen_id as string])).toBeNull();
});

test("invariant 2: a clock that steps back does not hide the progress committed after it", async () => {
  const progress = (offset: number): Progress => ({
    position: { gtids: "", file: "binlog.1", offset, version: offset }, currentAt: offset,
  });
  await sink.storeProgress(progress(1));
  const now = Date.now();
  jest.spyOn(Date, "now").mockReturnValue(now - 3_600_000);
  await sink.storeProgress(progress(2));
  expect(await store.progress()).toEqual(progress(2));

  await using restarted = await openSink(keyspace.url);
  await restarted.storeProgress(progress(3));
  expect(await store.progress()).toEqual(progress(3));
});

test("a sweep removes a lookup entry that no row has any more", async () => {
  const shelf_id = nextId();
  const row = { crate_id: nextId(), shelf_id, placed_at: "2026-01-01T00:00:00.000000Z", label: "ghost" };
  const stays = { ...row, crate_id: nextId(), label: "stays" };
  await writer.write([created(crate, row)], signal);
  await keyspace.session.execute("DELETE FROM crate WHERE crate_id = ?", [BigInt(row.crate_id)]);
  const bar = nextVersion();
  await writer.write([created(crate, stays, bar)], signal);
  await sink.sweep(crate, bar, everyKey);
  expect(await collect(store.audit.entries(crate, crate.lookups[0]!))).toEqual([stays]);
  expect(await collect(store.audit.rows(crate))).toEqual([{ key: [stays.crate_id], row: stays }]);
});

test("invariant 4: what is older than a sweep stays away when it comes late, what is newer comes", async () => {
  const row = { crate_id: nextId(), shelf_id: nextId(), placed_at: "2026-01-01T00:00:00.000000Z", label: "first" };
  const [old, bar, young] = [nextVersion(), nextVersion(), nextVersion()];
  await writer.write([created(crate, row, old)], signal);
  await sink.sweep(crate, bar, everyKey);
  await writer.write([created(crate, row, old)], signal);
  expect(await rowOf(store, crate, [row.crate_id])).toBeNull();
  await writer.write([created(crate, { ...row, label: "second" }, young)], signal);
  expect(await rowOf(store, crate, [row.crate_id])).toMatchObject({ label: "second" });
});

test("invariant 3: a change that is rejected once more after its letter was settled has a letter again", async () => {
  const rejection = { entity: "crate", key: [nextId()], version: nextVersion(), reason: "unheld", change: null };
  for (let i = 0; i < 3; i++) {
    await sink.deadLetters.park([rejection]);
    await sink.deadLetters.park([rejection]);
    expect(await sink.deadLetters.list(10)).toMatchObject([rejection]);
    await sink.deadLetters.settle([rejection]);
    expect(await sink.deadLetters.count()).toBe(0);
  }
});

test("a key that no row can have is no error", async () => {
  const keys = [["nonsense"], ["99999999999999999999"], [""], ["\ud800"]];
  expect(await store.rows!.get(specimen, keys)).toEqual([null, null, null, null]);
  expect(
    await store.rows!.list(specimen, byRank!, "nonsense", { limit: 1, from: null, backward: false }),
  ).toEqual({ rows: [], more: false });
});
