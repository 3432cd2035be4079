import { Budgets } from "../../../gateway/fairness/budgets.js";
import { Turns } from "../../../gateway/fairness/turns.js";

const limits = { atOnce: 2, points: 100, waiting: 3 };
const never = new AbortController().signal;
/** A turn of the event loop, in which one operation may begin. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const loopTurns = async (n: number) => { for (let i = 0; i < n; i++) await turn(); };

describe("turns", () => {
  /** Operations by name; those that began, in order. */
  const theatre = (turns: Turns) => {
    const begun: string[] = [];
    const leave = new Map<string, () => void>();
    return {
      begun,
      leave: (name: string) => leave.get(name)!(),
      enter: (name: string, points = 1, signal = never) => turns.enter(name[0]!, () => points, signal).then((end) => {
        begun.push(name);
        leave.set(name, end);
      }),
    };
  };

  test("one viewer's operations wait for one another, another's does not wait for them", async () => {
    const { enter, begun, leave } = theatre(new Turns(limits));
    for (const name of ["a1", "a2", "a3", "a4"]) void enter(name);
    await loopTurns(6);
    expect(begun).toEqual(["a1", "a2"]);
    await enter("b1");
    expect(begun).toEqual(["a1", "a2", "b1"]);
    leave("a1");
    await loopTurns(2);
    expect(begun).toEqual(["a1", "a2", "b1", "a3"]);
  });

  test("of many that wait, one begins in a turn of the event loop, and the viewers take turns", async () => {
    const { enter, begun } = theatre(new Turns({ ...limits, atOnce: 10, waiting: 10 }));
    for (const name of ["a1", "a2", "a3", "a4", "b1", "b2"]) void enter(name);
    let turns = 0;
    for (; begun.length < 6; turns++) {
      expect(begun.length).toBeLessThanOrEqual(turns + 1);
      await turn();
    }
    expect(begun).toEqual(["a1", "a2", "b1", "a3", "b2", "a4"]);
  });

  test("dear operations are fewer at once", async () => {
    const { enter, begun, leave } = theatre(new Turns({ ...limits, atOnce: 10 }));
    for (const name of ["a1", "a2"]) void enter(name, 500);
    await loopTurns(4);
    expect(begun).toEqual(["a1"]);
    leave("a1");
    await loopTurns(2);
    expect(begun).toEqual(["a1", "a2"]);
  });

  test("as many as may wait do, and what is beyond is refused at once: 429, and when to try again", async () => {
    const { enter } = theatre(new Turns(limits));
    for (let i = 0; i < 5; i++) void enter(`a${i}`);
    await loopTurns(6);
    const refused: unknown = await enter("a9").catch((error: unknown) => error);
    expect(refused).toMatchObject({
      message: "3 of your operations wait already; send fewer at once. Try again in 1 s",
      extensions: { code: "RATE_LIMITED", http: { status: 429 } },
    });
    await enter("b1");
  });

  test("a client that goes away while it waits leaves its place to the next", async () => {
    const { enter, begun, leave } = theatre(new Turns({ ...limits, atOnce: 1 }));
    const gone = new AbortController();
    void enter("a1");
    const waits = enter("a2", 1, gone.signal);
    void enter("a3");
    await loopTurns(2);
    gone.abort(new Error("went away"));
    await expect(waits).rejects.toThrow("went away");
    leave("a1");
    await loopTurns(2);
    expect(begun).toEqual(["a1", "a3"]);
  });

  test("nothing is kept for a viewer without operations", async () => {
    const turns = new Turns(limits);
    for (let i = 0; i < 1_000; i++) {
      const [leave] = await Promise.all([turns.enter(`viewer ${i}`, () => 1, never), turn()]);
      leave();
    }
    expect((turns as unknown as { lines: Map<string, unknown> }).lines.size).toBe(0);
  });
});

describe("budgets", () => {
  const clocked = () => {
    const clock = { ms: 0 };
    return { clock, budgets: new Budgets({ most: 100, perSecond: 10 }, () => clock.ms) };
  };

  test("a spent budget comes back as time passes, up to the most that can be saved, and never from another viewer", () => {
    const { clock, budgets } = clocked();
    budgets.take("a", 90);
    expect(() => budgets.take("a", 20)).toThrow("10 are left of your budget; it grows by 10 a second. Try again in 1 s");
    expect([budgets.available("a"), budgets.available("b")]).toEqual([10, 100]);
    clock.ms += 2_500;
    expect(budgets.available("a")).toBe(35);
    clock.ms += 1_000_000;
    expect(budgets.available("a")).toBe(100);
  });

  test("an operation that turned out dearer leaves a debt, and the answer says how long it lasts", () => {
    const { clock, budgets } = clocked();
    budgets.take("a", 100);
    budgets.settle("a", 50);
    const refused = () => {
      try {
        budgets.take("a", 10);
        return null;
      } catch (error) {
        return (error as { extensions: { http: { headers: Map<string, string> } } }).extensions.http.headers.get("retry-after");
      }
    };
    expect(refused()).toBe("6");
    clock.ms += 6_000;
    expect(refused()).toBeNull();
  });

  test("however many viewers there are, a bounded number is remembered", () => {
    const { budgets } = clocked();
    for (let i = 0; i < 30_000; i++) budgets.take(`viewer ${i}`, 1);
    expect((budgets as unknown as { buckets: Map<string, unknown> }).buckets.size).toBe(10_000);
  });
});
