import { getEventListeners } from "node:events";
import { endedAfter, withinTime } from "../../runtime/time-limit.js";

const never = new Promise<never>(() => undefined);
const tooLate = new Error("too late");

describe("within a time", () => {
  test("the work's result, or its failure; then nothing is late any more", async () => {
    let lates = 0;
    const late = () => { lates++; return "late"; };
    expect(await withinTime(20, Promise.resolve("done"), late)).toBe("done");
    await expect(withinTime(20, Promise.reject(tooLate), late)).rejects.toBe(tooLate);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(lates).toBe(0);
  });

  test("what `late` gives or throws, when the work takes longer", async () => {
    expect(await withinTime(10, never, () => "late")).toBe("late");
    await expect(withinTime(10, never, () => { throw tooLate; })).rejects.toBe(tooLate);
  });

  test("`late` may hasten the work and wait for its end", async () => {
    let end = (_: string) => undefined as void;
    const work = new Promise<string>((resolve) => { end = resolve; });
    expect(await withinTime(10, work, () => { end("hastened"); return work; })).toBe("hastened");
  });

  test("work that fails when it is late already ends no process", async () => {
    let fail = (_: Error) => undefined as void;
    const work = new Promise<string>((_, reject) => { fail = reject; });
    expect(await withinTime(10, work, () => "late")).toBe("late");
    fail(new Error("nobody is there"));
    await new Promise(setImmediate);
  });
});

describe("ended after a time", () => {
  const untilEnded = (ends: AbortSignal) => new Promise<never>((_, reject) => {
    ends.addEventListener("abort", () => reject(ends.reason as Error));
  });

  test("the signal aborts with the reason given", async () => {
    await expect(endedAfter(10, () => tooLate, undefined, untilEnded)).rejects.toBe(tooLate);
  });

  test("the signal aborts with the caller's, also when that had aborted; no listener is left", async () => {
    const stop = new AbortController();
    const working = endedAfter(60_000, () => tooLate, stop.signal, untilEnded);
    const gone = new Error("gone");
    stop.abort(gone);
    await expect(working).rejects.toBe(gone);
    await expect(endedAfter(60_000, () => tooLate, stop.signal, async () => "done")).rejects.toBe(gone);
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
  });

  test("work that ends in time is its result", async () => {
    expect(await endedAfter(60_000, () => tooLate, undefined, async (ends) => ends.aborted)).toBe(false);
  });
});
