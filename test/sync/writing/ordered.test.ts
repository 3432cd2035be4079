import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import { Ordered } from "../../../sync/writing/ordered.js";

test("work overlaps up to its limit, and is reported in order", async () => {
  const ordered = new Ordered(3, new AbortController());
  const told: number[] = [];
  let [under, most] = [0, 0];
  for (let i = 0; i < 20; i++) {
    await ordered.add(() => {
      most = Math.max(most, ++under);
      return pause(20 - i).then(() => i);
    }, async (result) => {
      under--;
      told.push(result);
    });
  }
  await ordered.drained();
  expect(told).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(most).toBe(3);
});

test("work has ended once what follows it has ended too, also when no caller waits for it to be done", async () => {
  const ordered = new Ordered(3, new AbortController());
  let release: () => void = () => undefined;
  let [ended, told] = [false, 0];
  for (let i = 0; i < 2; i++) {
    await ordered.add(async () => i, () => new Promise<void>((resolve) => { release = resolve; }).then(() => { told++; }));
  }
  const ending = ordered.ended().then(() => { ended = true; });
  for (let i = 0; i < 2; i++) {
    await turn();
    expect([ended, told]).toEqual([false, i]);
    release();
  }
  await ending;
  expect(told).toBe(2);
});
