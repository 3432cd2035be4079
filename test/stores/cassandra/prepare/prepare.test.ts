import { catalog } from "../../../../schema/catalog.js";
import type { Row } from "../../../../schema/entity.js";
import { openSink, openStore } from "../../../../stores/cassandra/open.js";
import { isPrepared, prepareTables } from "../../../../stores/cassandra/prepare/prepare.js";
import { readTables } from "../../../../stores/cassandra/tables/system-schema.js";
import { tablesOf } from "../../../../stores/cassandra/tables/tables.js";
import { Replaced, Retriable, type Store, type TableSink, StoreRefusal } from "../../../../stores/ports.js";
import { collect, created, deleted, signal, updated } from "../../../contract/changes.js";
import { shelf } from "../../../contract/entities.js";
import { instead } from "../../../property/model/instead.js";
import { type FreshKeyspace, freshKeyspace } from "../fresh-keyspace.js";
import { entity, date, int32, int64, nullable, reference, string, timestamp } from "../../../support/declare.js";

jest.setTimeout(120_000);

const fields = {
  box_id: int64("public", "Identifies the box."),
  shelf_id: nullable(reference(shelf, "public", "Where it stands.")),
  other_id: nullable(reference(shelf, "public", "Where it stood.")),
  size: int32("public", "How big it is."),
  placed_at: timestamp("public", "Since when."),
};
const common = { description: "A box.", owner: { kind: "everyone" } } as const;
const byShelf = { name: "boxes", by: "shelf_id", orderBy: "placed_at", direction: "desc", description: "Newest first." } as const;
const byOther = { name: "formerBoxes", by: "other_id", orderBy: "size", direction: "asc", description: "Smallest first." } as const;

const box = entity("box", { ...common, key: ["box_id"], fields, lookups: [byShelf] });
const widerBox = entity("box", {
  ...common, key: ["box_id"], lookups: [byShelf],
  fields: { ...fields, colour: nullable(string(20, "public", "Its colour.")), sold_on: nullable(date("public", "When it was sold.")) },
});
const furtherBox = entity("box", { ...common, key: ["box_id"], fields, lookups: [byShelf, byOther] });

const boxRow = (box_id: string, values: Row = {}): Row =>
  ({ box_id, shelf_id: "1", other_id: "2", size: 3, placed_at: `2026-01-01T00:00:00.00000${box_id.at(-1)}Z`, ...values });

describe("prepare", () => {
  let keyspace: FreshKeyspace;
  beforeEach(async () => { keyspace = await freshKeyspace(); });
  afterEach(async () => keyspace[Symbol.asyncDispose]());

  const opened = async (): Promise<{ readonly sink: TableSink; readonly store: Store } & AsyncDisposable> => {
    const sink = await openSink(keyspace.url);
    const store = await openStore(keyspace.url);
    return {
      sink, store,
      async [Symbol.asyncDispose]() {
        await sink[Symbol.asyncDispose]();
        await store[Symbol.asyncDispose]();
      },
    };
  };

  test("what it makes is what it finds: a second time changes nothing", async () => {
    await prepareTables(keyspace.session, [box]);
    const made = await readTables(keyspace.session);
    for (const table of tablesOf(box)) expect(made.get(table.name)).toEqual({
      ...table, place: undefined, comment: "sluice: made after 0", id: expect.any(String) as string,
    });
    await prepareTables(keyspace.session, [box]);
    expect(await readTables(keyspace.session)).toEqual(made);
  });

  test("a declared column that is missing is added to every table, and an undeclared one stays", async () => {
    await prepareTables(keyspace.session, [widerBox]);
    await keyspace.session.define(`ALTER TABLE box DROP colour`);
    await keyspace.session.define(`ALTER TABLE box_by_shelf_id DROP sold_on`);
    await keyspace.session.define(`ALTER TABLE box ADD note_of_ours text`);
    await prepareTables(keyspace.session, [widerBox]);
    const found = await readTables(keyspace.session);
    expect(found.get("box")?.columns).toEqual({ ...tablesOf(widerBox)[0].columns, note_of_ours: "text" });
    expect(found.get("box_by_shelf_id")?.columns).toEqual(tablesOf(widerBox)[1]?.columns);
  });

  test("everything that stands in the way is reported together, and nothing is changed", async () => {
    await keyspace.session.define("CREATE TABLE box (box_id bigint, shelf_id text, size bigint, PRIMARY KEY (box_id, size))");
    await keyspace.session.define(
      "CREATE TABLE box_by_shelf_id (box_id bigint, shelf_id bigint, placed_at text, PRIMARY KEY (shelf_id, placed_at, box_id)) WITH "
        + "CLUSTERING ORDER BY (placed_at ASC, box_id ASC)",
    );
    await keyspace.session.define("CREATE TABLE sluice_progress (pipeline int PRIMARY KEY, progress text)");
    const before = await readTables(keyspace.session);
    const refusal = await prepareTables(keyspace.session, [shelf, box]).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreRefusal);
    for (const part of [
      "the table box has the primary key ((box_id), size asc) where ((box_id)) is declared",
      "box.shelf_id is text where bigint is declared",
      "box.size is bigint where int is declared",
      "the table box_by_shelf_id has the primary key ((shelf_id), placed_at asc, box_id asc) where ((shelf_id), placed_at desc, box_id "
        + "desc) is declared",
      "sluice_progress.pipeline is int where text is declared",
      keyspace.session.keyspace,
      "Remedy: ",
    ])
      expect((refusal as Error).message).toContain(part);
    expect(await readTables(keyspace.session)).toEqual(before);
  });

  test("two lookups that would share a table are refused", async () => {
    const twice = entity("box", {
      ...common, key: ["box_id"], fields, lookups: [byShelf, { ...byShelf, name: "again" }],
    });
    await expect(prepareTables(keyspace.session, [twice])).rejects.toThrow(/would share the table box_by_shelf_id/);
  });

  test("a lookup declared later is filled from the rows, at their own versions, and again after a crash", async () => {
    const rows = Array.from({ length: 9 }, (_, i) => boxRow(`${10 + i}`, { size: 9 - i, other_id: i === 4 ? null : "2" }));
    {
      await using before = await opened();
      const writer = await before.sink.prepare(catalog([shelf, box]));
      await writer.write(rows.map((row) => created(box, row)), signal);
    }
    await using after = await opened();
    const writer = await after.sink.prepare(catalog([shelf, furtherBox]));
    const list = async () => (await after.store.rows!.list(furtherBox, byOther, "2", { limit: 20, from: null, backward: false })).rows;
    const wanted = rows.filter((row) => row.other_id === "2").reverse();
    expect(await list()).toEqual(wanted);

    // A crash in its midst, or a Cassandra that loses the end of it, leaves the table like this.
    await keyspace.session.execute("DELETE FROM sluice_progress WHERE pipeline = 'filled box_by_other_id'");
    await keyspace.session.execute("DELETE FROM box_by_other_id USING TIMESTAMP 1 WHERE other_id = 2");
    const moved = { ...rows[0]!, other_id: "3" };
    await writer.write([updated(furtherBox, rows[0]!, moved), deleted(furtherBox, rows[1]!)], signal);
    await after.sink.prepare(catalog([shelf, furtherBox]));
    expect(await list()).toEqual(wanted.slice(0, -2));
    expect((await collect(after.store.audit.entries(furtherBox, byOther))).length).toBe(7);
    // Once filled, it is left alone.
    await keyspace.session.execute("TRUNCATE box_by_other_id");
    await after.sink.prepare(catalog([shelf, furtherBox]));
    expect(await list()).toEqual([]);
  });

  test("a table made after the stored progress lacks its rows: the server died and forgot that they were to be copied again, but kept "
    + "the table", async () => {
    const { session } = keyspace;
    const progress = {
      position: { gtids: "", file: "", offset: 1, version: 1 }, currentAt: 1, copied: { shelf: "done", box: "done" },
    } as const;
    await using open = await opened();
    const absent = async (of = open) => (await of.sink.absent([shelf, box])).map(({ table }) => table);
    expect(await absent()).toEqual(["shelf", "box"]);
    await open.sink.prepare(catalog([shelf, box]));
    await open.sink.storeProgress(progress);
    const { rows: [kept] } = await session.execute("SELECT progress, writetime(progress) AS stamp FROM sluice_progress");
    await session.define("DROP TABLE box");
    expect(await absent()).toEqual(["box"]);
    await open.sink.storeProgress({ ...progress, copied: { shelf: "done" } });
    await open.sink.prepare(catalog([shelf, box]));
    expect(await absent()).toEqual([]);

    await session.execute("TRUNCATE sluice_progress");
    await session.execute(
      "INSERT INTO sluice_progress (pipeline, progress) VALUES ('cassandra', ?) USING TIMESTAMP ?", [kept!.progress, kept!.stamp],
    );
    expect(await open.sink.progress()).toEqual(progress);
    await using later = await opened();
    for (const each of [open, later]) {
      expect(await absent(each)).toEqual(["box"]);
      await each.sink.prepare(catalog([shelf, box]));
      expect(await absent(each)).toEqual(["box"]);
    }
    await later.sink.storeProgress(progress);
    expect(await absent()).toEqual([]);
  });

  test("a table that the server describes and does not know, as after it was killed while it made it, is made once more", async () => {
    const { session } = keyspace;
    await prepareTables(session, [shelf, box]);
    const described = new Map<string, Awaited<ReturnType<typeof session.execute>>>();
    const forgetful = instead(session, {
      async execute(query, ...others) {
        if (!query.includes("system_schema")) return session.execute(query, ...others);
        if (!described.has(query)) described.set(query, await session.execute(query, ...others));
        return described.get(query)!;
      },
    });
    expect(await isPrepared(forgetful, [shelf, box])).toBe(true);
    for (const table of ["box", "box_by_shelf_id"]) await session.define(`DROP TABLE ${table}`);
    expect(await isPrepared(forgetful, [shelf, box])).toBe(false);
    await prepareTables(forgetful, [shelf, box]);
    expect(await isPrepared(session, [shelf, box])).toBe(true);

    await session.define("ALTER TABLE box DROP size");
    await expect(prepareTables(forgetful, [shelf, box])).rejects.toThrow(
      /describes box and does not know them so.*Remedy: restart Cassandra/s,
    );
  });

  test("a table dropped while sync runs is a store that was replaced; the rows do not become dead letters", async () => {
    await using open = await opened();
    const writer = await open.sink.prepare(catalog([shelf, box]));
    await keyspace.session.define("DROP TABLE box_by_shelf_id");
    await expect(writer.write(["1", "2", "3"].map((id) => created(box, boxRow(id))), signal)).rejects.toThrow(Replaced);
    await expect(open.store.rows!.list(box, byShelf, "1", { limit: 1, from: null, backward: false })).rejects.toThrow(
      /box cannot be read.*Remedy: start sync/s,
    );
  });

  test("a table dropped between two writes is not waited for: the problem is reported, and preparing again cures it", async () => {
    await using open = await opened();
    let writer = await open.sink.prepare(catalog([shelf, box]));
    const write = () => writer.write([created(box, boxRow("1"))], signal);
    expect(await write()).toEqual([]);
    await keyspace.session.define("DROP TABLE box");
    await expect(write()).rejects.toThrow(Replaced);
    writer = await open.sink.prepare(catalog([shelf, box]));
    expect(await write()).toEqual([]);
  });

  test("a table made again behind sync's back is absent, and no position is stored, until it is prepared", async () => {
    await using open = await opened();
    await open.sink.prepare(catalog([shelf, box]));
    await keyspace.session.define("DROP TABLE box");
    await prepareTables(keyspace.session, [shelf, box]);
    await expect(
      open.sink.storeProgress({ position: { gtids: "", file: "", offset: 0, version: 1 }, currentAt: 0 }),
    ).rejects.toThrow(Replaced);
    expect(await open.sink.absent([shelf, box])).toEqual([box]);
    await open.sink.prepare(catalog([shelf, box]));
    await open.sink.storeProgress({ position: { gtids: "", file: "", offset: 0, version: 1 }, currentAt: 0 });
  });

  test("a keyspace dropped while sync runs is made again with its tables", async () => {
    await using open = await opened();
    let writer = await open.sink.prepare(catalog([shelf, box]));
    const write = () => writer.write([created(box, boxRow("1"))], signal);
    expect(await write()).toEqual([]);
    await keyspace.session.define(`DROP KEYSPACE "${keyspace.session.keyspace}"`);
    await expect(write()).rejects.toThrow(Retriable);
    expect([await open.sink.progress(), await open.sink.absent([shelf, box])]).toEqual([null, [shelf, box]]);
    writer = await open.sink.prepare(catalog([shelf, box]));
    expect(await write()).toEqual([]);
  });

  test("an unprepared place has no progress", async () => {
    await using open = await opened();
    expect([await open.sink.progress(), await open.store.progress()]).toEqual([null, null]);
  });
});
