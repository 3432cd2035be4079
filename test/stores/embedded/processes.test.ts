import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openSink, openStore } from "../../../stores/embedded/open.js";
import { Retriable } from "../../../stores/ports.js";
import { created, everyRow, rowOf, signal } from "../../contract/changes.js";
import { contractCatalog, sample, shelf } from "../../contract/entities.js";
import { place } from "./test-store.js";

/** Another process that holds the write lock, with a row that it never commits. */
const lockHolder = `
  const db = new (require("libsql"))(process.argv[1]);
  db.exec("BEGIN IMMEDIATE; INSERT INTO shelf (shelf_id, label, sluice_version) VALUES (666, 'uncommitted', 1)");
  console.log("locked");
  setInterval(() => {}, 1000);`;

async function firstLine(child: ChildProcess, wanted: (line: string) => boolean): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) if (wanted(line)) return line;
  throw new Error("the process ended without saying what was waited for");
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

jest.setTimeout(60_000);

test("a writer in another process makes a write Retriable, never a read wait, and its death loses nothing", async () => {
  await using at = await place();
  await using sink = await openSink(at.url);
  await using store = await openStore(at.url);
  const writer = await sink.prepare(contractCatalog);
  const [before, after] = [{ shelf_id: "1", label: "before" }, { shelf_id: "2", label: "after" }];
  await writer.write([created(shelf, before)], signal);

  const other = spawn(process.execPath, ["-e", lockHolder, at.file], { stdio: ["ignore", "pipe", "inherit"] });
  await firstLine(other, (line) => line === "locked");
  await expect(writer.write([created(shelf, after)], signal)).rejects.toThrow(Retriable);
  expect(await everyRow(store, shelf)).toEqual([before]);
  await killed(other);

  expect(await writer.write([created(shelf, after)], signal)).toEqual([]);
  expect(await everyRow(store, shelf)).toEqual([before, after]);
});

test("invariants 1 and 7: SIGKILL at any instant leaves every row up to the position, with its words", async () => {
  await using at = await place();
  let reached = 0;
  for (let round = 1; round <= 4; round++) {
    const writer = spawn(process.execPath, [
      "--require", join(__dirname, "..", "..", "support", "typescript.cjs"), join(__dirname, "endless-writer.ts"), at.url.href,
    ],
      { stdio: ["ignore", "pipe", "inherit"] });
    const said = Number(await firstLine(writer, (line) => Number(line) >= reached + 150 * round));
    await killed(writer);

    await using store = await openStore(at.url);
    const progress = await store.progress();
    if (!progress) throw new Error("no position was committed");
    const { version } = progress.position;
    expect(version).toBeGreaterThanOrEqual(said);
    const ids = (await everyRow(store, sample)).map((row) => Number(row.specimen_id));
    // The rows of the batch after the position may be there too. They come again and change nothing.
    expect([version, version + 50]).toContain(ids.length);
    expect(Math.max(...ids)).toBe(ids.length);
    expect(await rowOf(store, sample, [String(version), "p"])).not.toBeNull();
    const { hits } = await store.search!.search({
      text: `number ${version}`, targets: [{ entity: sample, fields: ["note"], scope: null }], limit: 1, after: null,
    });
    expect(hits[0]?.row.specimen_id).toBe(String(version));
    reached = version;
  }
});
