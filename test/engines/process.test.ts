import { spawn } from "node:child_process";
import { once } from "node:events";
import { isAlive, processOf, send, terminate } from "../../engines/host/process.js";

test("a process is known by more than its number: a stranger with the same one is never taken for it, nor killed", async () => {
  const child = spawn("sleep", ["60"]);
  const itself = processOf(child.pid ?? 0);
  if (itself === null) throw new Error("sleep did not start");
  const earlier = { ...itself, started: "another boot/1" };
  expect(isAlive(itself)).toBe(true);
  expect(isAlive(earlier)).toBe(false);

  send(earlier, "SIGKILL");
  await terminate(earlier);
  expect(isAlive(itself)).toBe(true);

  const ended = once(child, "exit");
  await terminate(itself);
  await ended;
  expect(isAlive(itself)).toBe(false);
});

test("a process that does not end when asked is killed", async () => {
  const child = spawn("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"], { stdio: ["ignore", "pipe", "ignore"] });
  await once(child.stdout, "data");
  const itself = processOf(child.pid ?? 0);
  if (itself === null) throw new Error("sh did not start");
  await terminate(itself, 100);
  expect(isAlive(itself)).toBe(false);
});

test("a paused process is killed too", async () => {
  const child = spawn("sleep", ["60"]);
  const itself = processOf(child.pid ?? 0);
  if (itself === null) throw new Error("sleep did not start");
  send(itself, "SIGSTOP");
  await terminate(itself, 5_000);
  expect(isAlive(itself)).toBe(false);
});
