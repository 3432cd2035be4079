import { inParallel } from "../../runtime/parallel.js";

/** Tasks that end when told, and what is under way. */
class Tasks {
  readonly underWay = new Map<number, { readonly end: () => void; readonly fail: (error: Error) => void }>();

  readonly run = (task: number): Promise<string> => new Promise((resolve, reject) => {
    const leave = (settle: () => void) => () => {
      this.underWay.delete(task);
      settle();
    };
    this.underWay.set(task, { end: leave(() => resolve(`${task} done`)), fail: (error) => leave(() => reject(error))() });
  });

  get begun(): readonly number[] {
    return [...this.underWay.keys()];
  }
}

const turn = () => new Promise(setImmediate);
const broken = new Error("broken");

test("so many tasks at once, each once and in turn, with its index; the results are in the order of the tasks", async () => {
  const tasks = new Tasks();
  const indices: number[] = [];
  const all = inParallel([10, 11, 12, 13], 2, (task, i) => { indices.push(i); return tasks.run(task); });
  expect(tasks.begun).toEqual([10, 11]);
  tasks.underWay.get(11)!.end();
  await turn();
  expect(tasks.begun).toEqual([10, 12]);
  tasks.underWay.get(12)!.end();
  await turn();
  expect(tasks.begun).toEqual([10, 13]);
  for (const { end } of [...tasks.underWay.values()]) end();
  expect(await all).toEqual(["10 done", "11 done", "12 done", "13 done"]);
  expect(indices).toEqual([0, 1, 2, 3]);
  await inParallel([], 2, () => Promise.reject(broken));
});

test("after a failure no task begins, and those begun are waited for", async () => {
  const tasks = new Tasks();
  let isOver = false;
  const all = inParallel([1, 2, 3], 2, tasks.run).finally(() => { isOver = true; });
  all.catch(() => undefined);
  tasks.underWay.get(1)!.fail(broken);
  await turn();
  expect([tasks.begun, isOver]).toEqual([[2], false]);
  tasks.underWay.get(2)!.fail(new Error("the second is not told"));
  await expect(all).rejects.toBe(broken);
});

test("after an abort no task begins; its reason is thrown, unless all had begun", async () => {
  for (const [wanted, outcome] of [[[1, 2, 3], broken], [[1, 2], ["1 done", "2 done"]]] as const) {
    const stop = new AbortController(), tasks = new Tasks();
    const all = inParallel(wanted, 2, tasks.run, stop.signal);
    stop.abort(broken);
    for (const { end } of [...tasks.underWay.values()]) end();
    expect(await all.catch((error: unknown) => error)).toEqual(outcome);
    expect(tasks.begun).toEqual([]);
  }
});
