import type { Change, Commit, Truncate } from "../../../schema/change.js";
import { type Key, keyText, type Row } from "../../../schema/entity.js";
import type { Progress } from "../../../schema/position.js";
import type { LogEntry, LogSink } from "../../../stores/log-sink.js";
import { created, deleted, nextId, nextVersion, signal, updated } from "../changes.js";
import { sample, specimen, specimenRow } from "../entities.js";

/** A log at a place that is new. */
export interface LogSubject {
  readonly sink: LogSink;
  /** A row that the log cannot hold. */
  readonly unholdable: (id: string) => Row;
  /** Opens the same log once more, as another process or after a restart. The suite disposes of it. */
  reopen(): Promise<LogSink>;
  /** What readers of committed records get of each partition, in its order. */
  committed(): Promise<readonly (readonly (Change | Truncate | Commit)[])[]>;
  dispose(): Promise<void>;
}

/** The promises of every log engine. Call it once in a test file. */
export function logSinkContract(name: string, open: () => Promise<LogSubject>): void {
  describe(`log sink contract: ${name}`, () => {
    jest.setTimeout(120_000);
    let log: LogSubject;
    beforeEach(async () => { log = await open(); });
    afterEach(async () => log.dispose());

    const progress = (): Progress => ({ position: { gtids: "", file: "binlog.000001", offset: 4, version: nextVersion() }, currentAt: 1 });
    const commit = ({ position }: Progress): Commit => ({ op: "commit", position, committedAt: 1 });
    const append = (group: readonly LogEntry[], at: Progress | null = null, sink = log.sink) => sink.append(group, at, signal);
    const isOf = (key: Key) => (entry: Change | Truncate | Commit) => "key" in entry && keyText(entry.key) === keyText(key);
    const versionsOf = async (id: string) => (await log.committed()).flatMap((partition) =>
      partition.filter(isOf([id])).map((entry) => (entry as Change).version));
    const everything = async () => (await log.committed()).flat().filter(({ op }) => op !== "commit");
    const history = (id: string) => {
      const [first, second] = [specimenRow(id), specimenRow(id, { text: "second" })];
      return [created(specimen, first), updated(specimen, first, second), deleted(specimen, second)];
    };

    test("a new log has no progress and no records", async () => {
      expect([await log.sink.begin(), await log.sink.progress(), await everything()]).toEqual([null, null, []]);
    });

    test("invariant 15: the records of each key are read in the order of the appends, and all of a key in one partition", async () => {
      await log.sink.begin();
      const ids = Array.from({ length: 20 }, nextId), changes = ids.map(history);
      for (const step of [0, 1, 2]) await append(changes.map((each) => each[step]!), step === 1 ? null : progress());
      for (const [i, id] of ids.entries()) expect(await versionsOf(id)).toEqual(changes[i]!.map(({ version }) => version));
      const partitions = await log.committed();
      for (const id of ids) expect(partitions.filter((partition) => partition.some(isOf([id])))).toHaveLength(1);
    });

    test("invariant 15: nothing of a transaction is read before the group that ends it, and then all of it, and the progress", async () => {
      await log.sink.begin();
      const [one, two] = [history(nextId()), history(nextId())], end = progress();
      await append(one);
      await append(two.slice(0, 2));
      expect([await everything(), await log.sink.progress()]).toEqual([[], null]);
      await append([two[2]!, commit(end)], end);
      expect((await everything()).length).toBe(6);
      expect(await log.sink.progress()).toEqual(end);
      const other = await log.reopen();
      await using _ = other;
      expect([await other.progress(), await other.begin()]).toEqual([end, end]);
    });

    test("progress alone is stored, too: a reader of it sees that nothing else happened", async () => {
      await log.sink.begin();
      const [first, second] = [progress(), progress()];
      await append([], first);
      await append([], second);
      expect([await log.sink.progress(), await everything()]).toEqual([second, []]);
    });

    test("what a writer left without end is taken back by the next beginning, and its letters with it", async () => {
      await log.sink.begin();
      const stored = progress(), [kept, left] = [history(nextId()), history(nextId())];
      await append(kept, stored);
      await append([...left, created(specimen, log.unholdable(nextId()))]);
      await using next = await log.reopen();
      expect(await next.begin()).toEqual(stored);
      await append(left.slice(0, 1), progress(), next);
      expect((await everything()).map((entry) => (entry as Change).version)).toEqual(
        expect.arrayContaining([...kept, left[0]!].map(({ version }) => version)),
      );
      expect([(await everything()).length, await next.deadLetters.count()]).toEqual([4, 0]);
    });

    test("invariant 2: a former writer appends nothing any more once another has begun", async () => {
      await log.sink.begin();
      await append([], progress());
      await append(history(nextId()));
      await using next = await log.reopen();
      const stored = await next.begin();
      await expect(append([], progress())).rejects.toThrow();
      await expect(append(history(nextId()), progress())).rejects.toThrow();
      expect([await everything(), await next.progress()]).toEqual([[], stored]);
      await append(history(nextId()), progress(), next);
      expect((await everything()).length).toBe(3);
    });

    test("after a failed append nothing is appended before the log began again; the failed one is whole or not there", async () => {
      await log.sink.begin();
      await append([], progress());
      const stop = new AbortController();
      stop.abort(new Error("stopped by a test"));
      await expect(log.sink.append(history(nextId()), progress(), stop.signal)).rejects.toThrow("stopped by a test");
      await expect(append(history(nextId()), progress())).rejects.toThrow();
      const found = await log.sink.begin();
      expect([0, 3]).toContain((await everything()).length);
      expect(await log.sink.progress()).toEqual(found);
    });

    test("invariant 9: what it cannot hold is returned, parked in the same commit, and the key is deleted in its place", async () => {
      await log.sink.begin();
      const id = nextId(), good = specimenRow(id), bad = created(specimen, log.unholdable(id)), end = progress();
      await append([created(specimen, good)], progress());
      const unheld = { op: "unheld" as const, entity: "specimen", key: [nextId()], version: nextVersion(), reason: "a zero date" };
      expect(await append([bad, unheld])).toMatchObject([
        { key: [id], version: bad.version, change: bad }, { key: unheld.key, change: null },
      ]);
      expect(await log.sink.deadLetters.count()).toBe(0);
      await append([], end);
      expect(await log.sink.deadLetters.of("specimen", [[id], unheld.key])).toMatchObject([
        { version: bad.version }, { version: unheld.version, reason: "a zero date" },
      ]);
      expect((await log.committed()).flat().filter(isOf([id])).at(-1)).toEqual({
        op: "delete", entity: "specimen", key: [id], before: null, after: null, version: bad.version,
      });
    });

    test("a newer entry of a key settles its letter, a truncate those of its table, an older one neither", async () => {
      await log.sink.begin();
      const [one, two] = [nextId(), nextId()], older = nextVersion();
      await append([one, two].map((id) => created(specimen, log.unholdable(id))), progress());
      await append([created(specimen, specimenRow(one), older)], progress());
      expect(await log.sink.deadLetters.count()).toBe(2);
      await append([created(specimen, specimenRow(one))], progress());
      expect(await log.sink.deadLetters.of("specimen", [[one], [two]])).toMatchObject([null, { key: [two] }]);
      await append([{ op: "truncate", entity: sample.table, version: nextVersion() }], progress());
      expect(await log.sink.deadLetters.count()).toBe(1);
      await append([{ op: "truncate", entity: "specimen", version: nextVersion() }], progress());
      expect(await log.sink.deadLetters.count()).toBe(0);
    });

    test("a truncate is read by the readers of every key, in its place", async () => {
      await log.sink.begin();
      const rows = Array.from({ length: 20 }, () => created(specimen, specimenRow(nextId())));
      const truncate = { op: "truncate" as const, entity: "specimen", version: nextVersion() };
      const after = rows.map(({ after: row }) => created(specimen, row!));
      await append([...rows, truncate, ...after], progress());
      for (const partition of await log.committed()) {
        const entries = partition.filter(({ op }) => op !== "commit"), at = entries.findIndex(({ op }) => op === "truncate");
        expect(entries.filter(({ op }) => op === "truncate")).toEqual([truncate]);
        expect(entries.slice(0, at).every((entry) => (entry as Change).version < truncate.version)).toBe(true);
        expect(entries.slice(at + 1).every((entry) => (entry as Change).version > truncate.version)).toBe(true);
      }
    });
  });
}
