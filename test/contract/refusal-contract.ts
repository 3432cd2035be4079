import fc from "fast-check";
import { newState } from "../support/new-state.js";
import type { Change } from "../../schema/change.js";
import type { Row } from "../../schema/entity.js";
import { keyText } from "../../schema/entity.js";
import { everyKey } from "../../schema/position.js";
import { LetterBox } from "../../sync/writing/rejections.js";
import { Writing } from "../../sync/writing/writing.js";
import { created, deleted, historyOf, nextId, rowOf, rowsOf, signal, updated } from "./changes.js";
import { crate, sample, specimen, specimenRow } from "./entities.js";
import { type State, statesOf } from "./histories.js";
import type { Bench } from "./store-contract.js";

/** No engine can hold it: whole numbers have 64 bits. */
const beyond = "9223372036854775808";

/** What a pipeline leaves in a store when the store refuses rows, whatever the batches are. */
export function refusalContract(bench: () => Bench): void {
  const limit = { rejections: 1e9, windowMs: 1 };

  /** Writes the batches as a pipeline does, one after another. */
  async function pipe(...batches: readonly (readonly Change[])[]): Promise<void> {
    const { sink, writer } = bench();
    const writing = new Writing(writer, await LetterBox.open(sink.name, sink.deadLetters, limit), newState(sink.name), 2, signal);
    for (const batch of batches) await writing.write(batch, [], async () => undefined);
    await writing.drained();
    await bench().settle();
  }
  const good = (id: string, values: Row = {}) => specimenRow(id, { text: "held", ...values });
  const bad = (id: string, values: Row = {}) => specimenRow(id, { text: "refused", whole: beyond, ...values });
  const read = (id: string) => rowOf(bench().store, specimen, [id]);
  const lettersOf = async (...ids: string[]) => (await bench().sink.deadLetters.list(1_000)).filter(({ key }) =>
    ids.includes(String(key[0]))).map(({ version }) => version);
  const listed = async (shelf: string) => {
    const { rows } = bench().store;
    return rows ? (await rows.list(specimen, specimen.lookups[0]!, shelf, { limit: 100, from: null, backward: false })).rows : [];
  };
  afterEach(async () => {
    await bench().settle();
    await bench().sink.deadLetters.settle(await bench().sink.deadLetters.list(1_000));
  });

  test.each([true, false])(
    "a row deleted and created again as what is refused is gone, and its letter says why; in one batch: %s",
    async (together) => {
      const [id, shelf_id] = [nextId(), nextId()];
      const row = good(id, { shelf_id });
      const [create, remove, again] = historyOf(specimen, [row, null, bad(id, { shelf_id })]) as [Change, Change, Change];
      await pipe([create]);
      expect(await read(id)).toEqual(row);
      await pipe(...(together ? [[remove, again]] : [[remove], [again]]));
      expect([await read(id), await listed(shelf_id), await lettersOf(id)]).toEqual([null, [], [again.version]]);
    },
  );

  test("a row that is refused as a copy meets it does not stay as it was, nor do its entries after the copy's sweep", async () => {
    const { sink, store, settle } = bench();
    const row = { crate_id: nextId(), shelf_id: nextId(), placed_at: "2026-01-01T00:00:00.000000Z", label: "held" };
    const met = { ...created(crate, { ...row, shelf_id: beyond }), op: "read" as const };
    await pipe([created(crate, row, met.version - 1)]);
    await pipe([met]);
    expect([await rowOf(store, crate, met.key), await lettersOf(row.crate_id)]).toEqual([null, [met.version]]);
    await sink.sweep(crate, met.version, everyKey);
    await settle();
    const slice = await store.rows?.list(crate, crate.lookups[0]!, row.shelf_id, { limit: 10, from: null, backward: false });
    expect(slice?.rows ?? []).toEqual([]);
  });

  test.each([
    ["in their order", false], ["the wrong way round", true],
  ])("of a batch with a row's refused and its held state the newest decides, %s", async (_, reverse) => {
    for (const last of ["held", "refused"]) {
      const [id, shelf_id] = [nextId(), nextId()];
      const row = good(id, { shelf_id });
      const states = last === "held" ? [row, bad(id, { shelf_id }), { ...row, rank: 5 }] : [row, { ...row, rank: 5 }, bad(id)];
      const [create, ...changes] = historyOf(specimen, states) as [Change, Change, Change];
      await pipe([create]);
      await pipe(reverse ? changes.toReversed() : changes);
      const expected = last === "held" ? states.at(-1)! : null;
      expect(await read(id)).toEqual(expected);
      if (bench().store.rows) expect(await listed(shelf_id)).toEqual(expected ? [expected] : []);
      expect(await lettersOf(id)).toEqual(expected ? [] : [changes.at(-1)!.version]);
    }
  });

  test("a refused row that is deleted leaves neither a row nor a letter, also where its key cannot be held", async () => {
    const id = nextId();
    const unnameable = { specimen_id: beyond, part: "x".repeat(600), taken_on: "2026-01-01", note: null };
    await pipe([created(specimen, bad(id)), created(sample, unnameable)]);
    expect(await lettersOf(id, beyond)).toHaveLength(2);
    await pipe([deleted(specimen, bad(id)), deleted(sample, unnameable)]);
    expect([await read(id), await lettersOf(id, beyond)]).toEqual([null, []]);
  });

  test("a row that moves to another key and is refused there is at neither", async () => {
    const [from, to] = [nextId(), nextId()];
    await pipe([created(specimen, good(from)), created(specimen, good(to)), deleted(specimen, good(to))]);
    const come = created(specimen, bad(to));
    await pipe([deleted(specimen, good(from)), come]);
    expect([await read(from), await read(to), await lettersOf(from, to)]).toEqual([null, null, [come.version]]);
  });

  test("a row that is refused and refused again has the letter of the newer state; once it is held, none", async () => {
    const id = nextId();
    const first = created(specimen, bad(id));
    const second = updated(specimen, bad(id), bad(id, { text: "refused again" }));
    const third = updated(specimen, bad(id), good(id));
    await pipe([first], [second]);
    expect(await lettersOf(id)).toEqual([second.version]);
    await pipe([third]);
    expect([await read(id), await lettersOf(id)]).toEqual([good(id), []]);
  });

  test("invariants 3 and 9: any histories with refused states, in any batches, repeated from any of them, end as their last state or "
    + "with its letter", async () => {
    const life = fc.tuple(statesOf(), fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }));
    await fc.assert(fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 3 }), fc.infiniteStream(fc.nat()), async (lives, dice) => {
      const roll = (sides: number) => (dice.next().value as number) % sides;
      const shelves = [nextId(), nextId(), nextId()];
      const rowFor = (id: string, state: State, refused: boolean) => specimenRow(id, {
        text: state.text, rank: state.rank, shelf_id: state.shelf === null ? null : shelves[state.shelf]!,
        ...(refused && { whole: beyond }),
      });
      const histories = lives.map(([states, refusals]) => {
        const id = nextId();
        return historyOf(specimen, states.map((state, i) => state && rowFor(id, state, refusals[i]!)));
      });
      const log = histories.flat().toSorted((a, b) => a.version - b.version);
      const batches: Change[][] = [];
      while (log.length > 0) batches.push(log.splice(0, 1 + roll(5)));
      const killedAfter = 1 + roll(batches.length);
      await pipe(...batches.slice(0, killedAfter));
      await pipe(...batches.slice(roll(killedAfter + 1)));

      const last = histories.map((history) => history.at(-1)!);
      const wanted = last.map(({ after }) => (after?.whole === beyond ? null : after));
      expect(await rowsOf(bench().store, specimen, last.map(({ key }) => key))).toEqual(wanted);
      if (bench().store.rows) {
        for (const shelf of shelves) {
          const there = wanted.filter((row): row is Row => row?.shelf_id === shelf).map((row) => row.specimen_id);
          expect((await listed(shelf)).map((row) => row.specimen_id).toSorted()).toEqual(there.toSorted());
        }
      }
      const parked = (await bench().sink.deadLetters.list(1_000)).map(({ key, version }) => [keyText(key), version]);
      const due = last.filter(({ after }) => after?.whole === beyond).map(({ key, version }) => [keyText(key), version]);
      expect(parked.filter(([key]) => last.some((change) => keyText(change.key) === key)).toSorted()).toEqual(due.toSorted());
    }), { numRuns: 30 });
  });
}
