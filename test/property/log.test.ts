import fc from "fast-check";
import { instead } from "./model/instead.js";
import { type LogMutant, runLogHistory } from "./model/log-run.js";
import { type Promised, Violation } from "./model/violation.js";
import { histories, type History } from "./model/world.js";

const numRuns = Number(process.env.SLUICE_HISTORIES ?? 150);

jest.setTimeout(Math.max(900_000, numRuns * 100));

/** A row that a statement deleted without a row event leaves no trace that a log could show. */
const shown = ({ transactions, ...history }: History): History => ({
  ...history,
  transactions: transactions.map(({ operations, stamp }) => ({
    stamp, operations: operations.filter((operation) => !("statement" in operation && operation.row === null)),
  })),
});
const silences = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 2 });
const runs = (two: "never" | "sometimes") => fc.tuple(histories(two).map(shown), silences);

test.each([
  ["with a crash at any effect, and appends without an answer", "never"],
  ["also while a process appends on whose turn another has", "sometimes"],
] as const)("invariant 15: after any history, %s, a reader of committed records has each change once, in the order of its key, and no "
  + "more of them than the position says", async (_, two) => {
  const details = await fc.check(fc.asyncProperty(runs(two), ([history, quiet]) => runLogHistory(history, quiet)), { numRuns });
  // The seed and the path repeat it: fc.check(property, { seed, path }).
  if (details.failed) throw new Error(
    `seed ${details.seed}, path ${details.counterexamplePath}: ${String(details.errorInstance)}`, { cause: details.errorInstance },
  );
  expect(details.numRuns).toBe(numRuns);
});

/** Tries again what was not answered. */
const retriedAppend: LogMutant = {
  sink: (sink) => instead(sink, {
    append: (group, progress, signal) => sink.append(group, progress, signal).catch(async (error: unknown) => {
      if (!(error instanceof Error) || error.name !== "Retriable") throw error;
      await sink.begin();
      return sink.append(group, progress, signal);
    }),
  }),
};

/** The position is stored in a commit of its own, before the records. */
const positionApart: LogMutant = {
  sink: (sink) => instead(sink, {
    async append(group, progress, signal) {
      if (!progress || group.length === 0) return sink.append(group, progress, signal);
      await sink.append([], progress, signal);
      return sink.append(group, progress, signal);
    },
  }),
};

/** Readers see half of a transaction. */
const shownEarly: LogMutant = {
  sink: (sink) => instead(sink, {
    async append(group, progress, signal) {
      const stored = await sink.progress();
      return sink.append(group, progress ?? stored, signal);
    },
  }),
};

/** The stream begins again within a transaction and does not say so. */
const silentBreak: LogMutant = {
  source: (source) => instead(source, {
    async *stream(after, signal) {
      let isFirst = true;
      for await (const messages of source.stream(after, signal)) {
        yield isFirst ? messages : messages.filter(({ op }) => op !== "connected");
        isFirst = false;
      }
    },
  }),
};

test.each<[string, LogMutant, readonly Promised[]]>([
  ["an append that is tried again", retriedAppend, ["once"]],
  ["a position that is stored apart from its records", positionApart, ["once", "rows"]],
  ["a transaction that is shown before its end", shownEarly, ["once"]],
  ["a break of the stream that is not noticed", silentBreak, ["once"]],
])("the promises notice %s", async (_, mutant, promised) => {
  const details = await fc.check(fc.asyncProperty(runs("never"), ([history, quiet]) => runLogHistory(history, quiet, mutant)), {
    numRuns: 400, endOnFailure: true,
  });
  const error = details.errorInstance;
  expect(error).toBeInstanceOf(Violation);
  expect(promised).toContain((error as Violation).of);
});
