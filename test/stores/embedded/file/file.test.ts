import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import Database from "libsql";
import type { Change } from "../../../../schema/change.js";
import type { Progress } from "../../../../schema/position.js";
import { openWriter } from "../../../../stores/embedded/file/file.js";
import { openSink, openStore } from "../../../../stores/embedded/open.js";
import { sinkOf } from "../../../../stores/embedded/sink.js";
import { Retriable, StoreRefusal } from "../../../../stores/ports.js";
import { created, deleted, everyRow, nextId, rowOf, signal } from "../../../contract/changes.js";
import { contractCatalog, sample, shelf } from "../../../contract/entities.js";
import { place } from "../test-store.js";

const day = 86_400_000_000;
const at = (version: number): Progress => ({ position: { gtids: "", file: "", offset: 0, version }, currentAt: 0 });

test("a tombstone is kept for a day of version time behind the position, and then purged", async () => {
  await using place1 = await place();
  using db = openWriter(place1.file);
  const sink = sinkOf(db, "embedded");
  const writer = await sink.prepare(contractCatalog);
  const tombstones = () => Number(db.statement("SELECT count(*) FROM sluice_tombstone").first()?.[0]);
  const [old, young] = [{ shelf_id: "1", label: "old" }, { specimen_id: "2", part: "a,b", taken_on: "2026-01-01", note: null }];
  const late: Change[] = [created(shelf, old, 10), created(sample, young, 10)];
  await writer.write([deleted(shelf, old, 20), deleted(sample, young, 20 + day)], signal);

  await sink.storeProgress(at(20 + day));
  expect([await writer.write(late, signal), tombstones()]).toEqual([[], 2]);
  await sink.storeProgress(at(21 + day));
  expect([await writer.write([late[1]!], signal), tombstones()]).toEqual([[], 1]);
  await using store = await openStore(place1.url);
  expect([await everyRow(store, shelf), await everyRow(store, sample)]).toEqual([[], []]);
});

test("a full disk is Retriable, nothing of the batch is left, and it goes on when there is room", async () => {
  await using place1 = await place();
  using db = openWriter(place1.file);
  const sink = sinkOf(db, "embedded");
  const writer = await sink.prepare(contractCatalog);
  const rows = Array.from({ length: 2000 }, () => ({ specimen_id: nextId(), part: "full", taken_on: "2026-01-01", note: "x".repeat(200) }));
  const pages = Number(db.statement("PRAGMA page_count").first()?.[0]);
  db.exec(`PRAGMA max_page_count = ${pages + 20}`);
  await expect(writer.write(rows.map((row) => created(sample, row)), signal)).rejects.toThrow(Retriable);
  await using store = await openStore(place1.url);
  expect(await everyRow(store, sample)).toEqual([]);
  db.exec("PRAGMA max_page_count = 1000000");
  expect(await writer.write(rows.map((row) => created(sample, row)), signal)).toEqual([]);
  expect(await everyRow(store, sample)).toHaveLength(2000);
});

test("an unprepared file has no progress, reading it is Retriable, and no reader makes it", async () => {
  await using place1 = await place();
  await using store = await openStore(place1.url);
  expect(await store.progress()).toBeNull();
  await expect(rowOf(store, shelf, ["1"])).rejects.toThrow(Retriable);
  expect(existsSync(place1.file)).toBe(false);
  await using sink = await openSink(place1.url);
  await sink.prepare(contractCatalog);
  expect(await rowOf(store, shelf, ["1"])).toBeNull();
});

test("a URL that names no file, another program's database and a file that is none are refused with a remedy", async () => {
  await using place1 = await place();
  for (const url of ["sqlite:", "sqlite://relative/path.db", "sqlite:a/", "sqlite:a.db?mode=ro"]) {
    await expect(openSink(new URL(url))).rejects.toThrow(/Remedy: write sqlite:/);
  }
  new Database(place1.file).exec("CREATE TABLE theirs (a)");
  await writeFile(`${place1.folder}/text.db`, "not a database ".repeat(1000));
  for (const open of [openSink, openStore]) {
    await expect(open(place1.url)).rejects.toThrow(/another program's database.*Remedy/);
    await expect(open(new URL(`sqlite:${place1.folder}/text.db`))).rejects.toThrow(/not a SQLite database.*Remedy/);
    await expect(open(new URL(`sqlite:${place1.folder}`))).rejects.toThrow(StoreRefusal);
  }
  await expect(openStore(new URL(`sqlite:${place1.folder}/text.db/below.db`))).rejects.toThrow(/cannot be opened.*Remedy/);
});

test("invariant 9: what would not come back as it went in is rejected with the reason", async () => {
  await using place1 = await place();
  await using sink = await openSink(place1.url);
  const writer = await sink.prepare(contractCatalog);
  const row = { shelf_id: nextId(), label: "fine" };
  const unheld: readonly (readonly [object, RegExp])[] = [
    [{ shelf_id: "007" }, /shelf_id: "007" is not a 64-bit integer/],
    [{ label: "half \ud83d" }, /label: .* holds half of a character/],
    [{ label: 7 }, /label: 7 is not a text/],
    [{ label: undefined }, /label is missing/],
  ];
  for (const [values, reason] of unheld) {
    const rejections = await writer.write([created(shelf, { ...row, ...values })], signal);
    expect(rejections.map((rejection) => rejection.reason)).toEqual([expect.stringMatching(reason)]);
  }
});
