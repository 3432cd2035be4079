import type { Row } from "../../schema/entity.js";
import { everyKey } from "../../schema/position.js";
import { created, everyRow, nextId, nextVersion, rowsOf, signal, updated } from "./changes.js";
import { crate, specimen, specimenRow } from "./entities.js";
import type { Bench } from "./store-contract.js";

export function sweepContract(bench: () => Bench): void {
  const shelf_id = nextId();
  const crateRow = (label: string): Row => ({ crate_id: nextId(), shelf_id, placed_at: "2026-01-01T00:00:00.000000Z", label });

  test("it removes what is older, lookup entries and search included, and nothing else", async () => {
    const { sink, writer, store, settle } = bench();
    const [old, renewed, exact, young] = ["oldcrate", "renewedcrate", "exactcrate", "youngcrate"].map(crateRow) as [Row, Row, Row, Row];
    const untouched = specimenRow(nextId());
    const after = { ...renewed, label: "renewed again" };
    await writer.write([created(crate, old), created(crate, renewed), created(specimen, untouched)], signal);
    const bar = nextVersion();
    await writer.write([created(crate, exact, bar), created(crate, young), updated(crate, renewed, after)], signal);
    await settle();
    await sink.sweep(crate, bar, everyKey);
    await settle();

    const keys = [old, renewed, exact, young].map((row) => [row.crate_id as string]);
    expect(await rowsOf(store, crate, keys)).toEqual([null, after, exact, young]);
    expect(await rowsOf(store, specimen, [[untouched.specimen_id as string]])).toEqual([untouched]);
    if (store.rows) {
      const { rows } = await store.rows.list(crate, crate.lookups[0]!, shelf_id, { limit: 10, from: null, backward: false });
      expect(rows.map((row) => row.crate_id)).toEqual([young.crate_id, exact.crate_id, renewed.crate_id]);
    }
    if (store.search) {
      const targets = [{ entity: crate, fields: ["label"], scope: null }];
      const found = async (text: string) => (await store.search!.search({ text, targets, limit: 5, after: null })).hits.length;
      expect([await found("oldcrate"), await found("youngcrate")]).toEqual([0, 1]);
    }
  });

  test("within a range of keys it leaves all others, also where they share a lookup's partition", async () => {
    const { sink, writer, store, settle } = bench();
    const rows = ["below", "first", "renewed", "last", "above"].map(crateRow) as [Row, Row, Row, Row, Row];
    const [below, first, renewed, last, above] = rows;
    await writer.write(rows.map((row) => created(crate, row)), signal);
    const bar = nextVersion();
    const after = { ...renewed, label: "renewed again" };
    await writer.write([updated(crate, renewed, after)], signal);
    await settle();
    await sink.sweep(crate, bar, { after: [below.crate_id as string], upTo: [last.crate_id as string] });
    await settle();

    expect(await rowsOf(store, crate, rows.map((row) => [row.crate_id as string]))).toEqual([below, null, after, null, above]);
    if (store.rows) {
      const listed = await store.rows.list(crate, crate.lookups[0]!, shelf_id, { limit: 10, from: null, backward: false });
      expect(listed.rows.map((row) => row.label)).toEqual(expect.arrayContaining(["below", "renewed again", "above"]));
      expect(listed.rows.map((row) => row.crate_id)).not.toEqual(expect.arrayContaining([first.crate_id]));
    }
    await sink.sweep(crate, nextVersion(), everyKey);
    await settle();
  });

  test("a row swept away comes back with a newer version", async () => {
    const { sink, writer, store, settle } = bench();
    const row = crateRow("swept");
    await writer.write([created(crate, row)], signal);
    await settle();
    await sink.sweep(crate, nextVersion(), everyKey);
    await settle();
    expect(await everyRow(store, crate)).toEqual([]);
    await writer.write([created(crate, row)], signal);
    await settle();
    expect(await everyRow(store, crate)).toEqual([row]);
  });

  test.each([
    ["every key", false], ["a range of keys", true],
  ])("invariant 4: what is older than a sweep of %s stays away when it comes late", async (_, ranged) => {
    const { sink, writer, store, settle } = bench();
    const row = crateRow("late");
    const change = created(crate, row);
    await writer.write([change], signal);
    await settle();
    await sink.sweep(crate, nextVersion(), ranged ? { after: null, upTo: [row.crate_id as string] } : everyKey);
    await settle();
    await writer.write([change], signal);
    await settle();
    expect(await everyRow(store, crate)).toEqual([]);
    if (store.rows) expect(
      (await store.rows.list(crate, crate.lookups[0]!, shelf_id, { limit: 10, from: null, backward: false })).rows,
    ).toEqual([]);
  });

  test("it may be repeated, and an empty table may be swept", async () => {
    const { sink, store, settle } = bench();
    const bar = nextVersion();
    await sink.sweep(crate, bar, everyKey);
    await settle();
    await sink.sweep(crate, bar, everyKey);
    await settle();
    expect(await everyRow(store, crate)).toEqual([]);
  });
}
