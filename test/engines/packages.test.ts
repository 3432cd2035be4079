import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as timer } from "node:timers/promises";
import type { Work } from "../../engines/engine.js";
import { run } from "../../engines/host/command.js";
import { cached } from "../../engines/packages/cache.js";
import { findJava } from "../../engines/packages/java.js";
import { withLock } from "../../engines/packages/lock.js";

let packages: string;
let work: Work;
beforeEach(async () => {
  packages = await mkdtemp(join(tmpdir(), "sluice-packages-"));
  work = { packages, progress: () => undefined, signal: new AbortController().signal };
});
afterEach(() => rm(packages, { recursive: true }));

test("a download that fails leaves nothing half", async () => {
  const filled = cached("server", work, async (folder) => {
    await writeFile(join(folder, "first"), "there");
    throw new Error("the network went away");
  });
  await expect(filled).rejects.toThrow("the network went away");
  expect(await readdir(packages)).toEqual([]);
});

test("the remains of a killed download are not taken for a package", async () => {
  await mkdir(join(packages, "server.partial"));
  await writeFile(join(packages, "server.partial", "half"), "");
  const folder = await cached("server", work, (partial) => writeFile(join(partial, "whole"), ""));
  expect(await readdir(folder)).toEqual(["whole"]);
  expect(await readdir(packages)).toEqual(["server"]);
});

test("callers that ask at the same time share one download", async () => {
  let downloads = 0;
  const fill = async (folder: string) => {
    downloads += 1;
    await timer(50);
    await writeFile(join(folder, "file"), "x");
  };
  const folders = await Promise.all([1, 2, 3].map(() => cached("server", work, fill)));
  expect(new Set(folders).size).toBe(1);
  expect(downloads).toBe(1);
  expect(await readFile(join(packages, "server", "file"), "utf8")).toBe("x");
});

test("a lock is held by one at a time, and waiting for it can be given up", async () => {
  let inside = 0;
  let most = 0;
  const path = join(packages, "lock");
  const hold = () => withLock(path, async () => {
    most = Math.max(most, (inside += 1));
    await timer(30);
    inside -= 1;
  });
  await Promise.all([hold(), hold(), hold()]);
  expect(most).toBe(1);

  await withLock(path, () => expect(withLock(path, hold, AbortSignal.timeout(50))).rejects.toThrow());
  expect(existsSync(path)).toBe(false);
});

test("a failed command tells how it ended and what it wrote last", async () => {
  await expect(run("sh", ["-c", "echo why >&2; exit 3"], work)).rejects.toThrow(/sh ended with code 3:\n {4}\| why/);
  await expect(run("no-such-program", [], work)).rejects.toMatchObject({ missing: true });
  await expect(run("sleep", ["10"], { ...work, patienceMs: 100 })).rejects.toThrow("did not end within 0.1 s");
});

test("a Java that is too old, or none, is named together with the remedy", async () => {
  const wanted = { for: "Elasticsearch 99", accepts: () => false, install: "Java 99" };
  await expect(findJava(wanted, work)).rejects.toThrow(
    /Elasticsearch 99 cannot run on what is here: .*\n {4}remedy: install Java 99, or set JAVA_HOME/,
  );
});
