import fc from "fast-check";
import type { Change, Message } from "../../schema/change.js";
import { Window } from "../../sync/reading/window.js";
import { MemoryDisk } from "../support/memory/memory-sink.js";
import { instead, withWriter } from "./model/instead.js";
import { type Mutant, runHistory } from "./model/run.js";
import { type Promised, Violation } from "./model/violation.js";
import { histories, type History, things } from "./model/world.js";

jest.setTimeout(600_000);

/** A sink that reports a write as done too early. */
const commitBeforeWrite: Mutant = {
  sink: (sink) => withWriter(sink, (writer) => ({
    async write(changes, signal) {
      void writer.write(changes, signal).catch(() => undefined);
      return [];
    },
  })),
};

/** The copy uses rows that were read before the window saw the changes. */
const staleRead: Mutant = {
  source(source) {
    let read = source.frozen();
    return instead(source, {
      async beginning() {
        read = source.frozen();
        for (let commits = 0; commits < 3; commits++) source.grow();
        return source.beginning();
      },
      async *chunk(entity, range, _seen, signal) {
        for await (const rows of read.snapshot(entity, range, signal)) yield { rows, until: await source.end() };
      },
    });
  },
};

const lookupWithoutBefore: Mutant = {
  sink: (sink) => withWriter(sink, (writer) => ({
    write: (changes, signal) => writer.write(changes.map((change) => ({ ...change, before: null })), signal),
  })),
};

/** Copied rows enter the stream before their place, so what follows them is older. */
const enteringTooEarly: Mutant = {
  source: (source) => instead(source, {
    async *chunk(entity, range, seen, signal) {
      for await (const piece of source.chunk(entity, range, seen, signal)) yield { ...piece, until: { ...piece.until!, offset: 0 } };
    },
  }),
};

/** Changes that the stream brings while rows are read do not count. */
const forgetfulWindow: Mutant = {
  begin() {
    const touch = jest.spyOn(Window.prototype, "touch").mockImplementation(() => undefined);
    return { [Symbol.dispose]: () => touch.mockRestore() };
  },
};

const noSweep: Mutant = { sink: (sink) => instead(sink, { sweep: async () => undefined }) };

/** Halfway through each transaction the source reports its end. */
const positionWithin: Mutant = {
  source: (source) => instead(source, {
    async *stream(after, signal) {
      let open: Message[] = [];
      for await (const messages of source.stream(after, signal)) {
        for (const message of messages) {
          open.push(message);
          if (message.op !== "commit") continue;
          const half = open.slice(0, Math.ceil((open.length - 1) / 2));
          yield [...half, message, ...open.slice(half.length)];
          open = [];
        }
        if (open.every(({ op }) => op === "idle" || op === "connected")) yield open.splice(0);
      }
    },
  }),
};

/** The last write stays, whatever its version. */
class Unguarded extends MemoryDisk {
  override put(...[{ table, place, cell }]: Parameters<MemoryDisk["put"]>): void {
    const cells = this.tables.get(table) ?? new Map<string, typeof cell>();
    this.tables.set(table, cells.set(place, cell));
  }
}
const noVersionGuard: Mutant = { disk: (kind) => new Unguarded(things, kind) };

/** Only a refused update removes the row; any other refusal leaves it as it was. */
const withdrawalOfUpdatesOnly: Mutant = {
  sink(sink) {
    const kept = new Set<string>();
    const nameOf = ({ entity, key, version }: Pick<Change, "entity" | "key" | "version">) => `${entity} ${key.join()} ${version}`;
    return withWriter(sink, (writer) => ({
      async write(changes, signal) {
        const refused = await writer.write(changes.filter((change) => change.op !== "delete" || !kept.has(nameOf(change))), signal);
        for (const { change } of refused) if (change && change.op !== "update") kept.add(nameOf(change));
        return refused;
      },
    }));
  },
};

interface Planted {
  readonly name: string;
  readonly mutant: Mutant;
  /** The promises; one of them must be seen broken. */
  readonly breaks: readonly Promised[];
  /** The mutant breaks a promise only when a second process writes, and not in the same history without it. */
  readonly bySecond?: true;
}

const planted: readonly Planted[] = [
  { name: "commit before write", mutant: commitBeforeWrite, breaks: ["too early"] },
  { name: "a copy that reads what was there before its window", mutant: staleRead, breaks: ["rows", "reader"] },
  { name: "a lookup that ignores the before image", mutant: lookupWithoutBefore, breaks: ["entries"] },
  { name: "a piece of a copy that enters the stream before its place", mutant: enteringTooEarly, breaks: ["reader", "rows"] },
  { name: "a window that forgets what changed meanwhile", mutant: forgetfulWindow, breaks: ["reader", "rows"] },
  { name: "no sweep", mutant: noSweep, breaks: ["rows", "entries"] },
  { name: "a withdrawal of updates only", mutant: withdrawalOfUpdatesOnly, breaks: ["rows", "too early"] },
  { name: "a position inside a transaction", mutant: positionWithin, breaks: ["within", "too early"] },
  { name: "no version guard: a reader sees a row go backwards", mutant: noVersionGuard, breaks: ["reader"] },
  { name: "no version guard: a stale second writer does harm", mutant: noVersionGuard, breaks: ["rows", "entries"], bySecond: true },
];

test.each(planted)("a planted mutant is killed: $name", async ({ mutant, breaks, bySecond = false }) => {
  const broken = async (history: History): Promise<boolean> => {
    try {
      using _ = mutant.begin?.();
      await runHistory(history, mutant);
      return false;
    } catch (error) {
      if (error instanceof Violation) return breaks.includes(error.of);
      throw error;
    }
  };
  const alone = ({ eras, ...rest }: History): History => ({ ...rest, eras: eras.map((era) => ({ ...era, partner: null })) });
  const unbroken = fc.asyncProperty(histories(bySecond ? "sometimes" : "never"), async (history) =>
    !(await broken(history) && !(bySecond && await broken(alone(history)))));
  // The same histories each time, so a mutant that is killed today is killed tomorrow.
  const { failed, errorInstance } = await fc.check(unbroken, { seed: 1, numRuns: 3_000, endOnFailure: true });
  expect([failed, (errorInstance as Error | null)?.message]).toEqual([true, "Property failed by returning false"]);
});
