import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { openSink, openStore } from "../../../../stores/embedded/open.js";
import { Retriable, type SearchQuery, TimedOut } from "../../../../stores/ports.js";
import { timeLimit } from "../../../../stores/time-limit.js";
import { created, rowOf, signal } from "../../../contract/changes.js";
import { contractCatalog, shelf, crate } from "../../../contract/entities.js";
import { place } from "../test-store.js";

jest.setTimeout(60_000);
const query: SearchQuery = { text: "lantern", targets: [{ entity: crate, fields: ["label"], scope: null }], limit: 9, after: null };
const row = { crate_id: "1", shelf_id: "7", placed_at: "2026-01-05T10:00:00.000001Z", label: "Lantern" };

/** A store with one row that the query finds, and the processes that search it. */
async function searched() {
  const at = await place();
  const sink = await openSink(at.url);
  const store = await openStore(at.url);
  const writer = await sink.prepare(contractCatalog);
  await writer.write([created(crate, row), created(shelf, { shelf_id: "7", label: "seven" })], signal);
  return {
    store, file: at.file,
    search: (ends?: AbortSignal) => store.search!.search(query, ends).then(({ hits }) => hits.map((hit) => hit.row)),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await sink[Symbol.asyncDispose]();
      await at[Symbol.asyncDispose]();
    },
  };
}

async function processesOf(file: string): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)("pgrep", ["-f", `reader-process.* ${file}$`]).catch((error: { readonly code: number }) => {
    if (error.code === 1) return { stdout: "" };
    throw error;
  });
  return stdout.split("\n").filter(Boolean).map(Number);
}

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await sleep(20);
}

/** Stops a process in place, as if it worked on a long search: it answers nothing, and only SIGKILL ends it. */
const stop = (pid: number) => process.kill(pid, "SIGSTOP");

test("rows are read by key while a search is under way", async () => {
  await using at = await searched();
  expect(await at.search()).toEqual([row]);
  const [only] = await processesOf(at.file) as [number];
  stop(only);
  let ended = false;
  const search = at.search().finally(() => { ended = true; });
  for (let i = 0; i < 100; i++) expect(await rowOf(at.store, shelf, ["7"])).toEqual({ shelf_id: "7", label: "seven" });
  expect(ended).toBe(false);
  process.kill(only, "SIGCONT");
  expect(await search).toEqual([row]);
});

test("no more than two processes are started, and waiting searches are answered in turn", async () => {
  await using at = await searched();
  expect(await processesOf(at.file)).toEqual([]);
  await Promise.all([at.search(), at.search()]);
  const two = await processesOf(at.file);
  expect(two).toHaveLength(2);
  two.forEach(stop);
  const searches = Array.from({ length: 202 }, () => at.search());
  await expect(at.search()).rejects.toThrow(/200 searches are waiting already/);
  await expect(at.search()).rejects.toThrow(Retriable);
  expect(await processesOf(at.file)).toEqual(two);
  for (const pid of two) process.kill(pid, "SIGCONT");
  expect(await Promise.all(searches)).toEqual(searches.map(() => [row]));
});

test("a search whose caller has gone ends with its process, and the next one has another", async () => {
  await using at = await searched();
  await at.search();
  const [only] = await processesOf(at.file) as [number];
  stop(only);
  const gone = new AbortController();
  const search = at.search(gone.signal);
  gone.abort(new Error("the client is gone"));
  await expect(search).rejects.toThrow("the client is gone");
  await until(async () => !(await processesOf(at.file)).includes(only));
  expect(await at.search()).toEqual([row]);
});

test("work that is not done in time is ended, and says so", async () => {
  const ended: unknown[] = [];
  const endless = (ends: AbortSignal) => new Promise<never>((_, reject) => ends.addEventListener("abort", () => {
    ended.push(ends.reason);
    reject(ends.reason as Error);
  }));
  await expect(timeLimit("searching", undefined, endless, 1)).rejects.toThrow(TimedOut);
  await expect(timeLimit("searching", new AbortController().signal, endless, 1)).rejects.toThrow("searching: not done within 0.001 s");
  expect(ended).toHaveLength(2);
});

test("a process that dies takes one search along, and not the next", async () => {
  await using at = await searched();
  await at.search();
  const [only] = await processesOf(at.file) as [number];
  stop(only);
  const search = at.search();
  process.kill(only, "SIGKILL");
  await expect(search).rejects.toThrow(Retriable);
  expect(await at.search()).toEqual([row]);
});

test("Ctrl-C does not end a search, and no process that searches knows Sluice's settings", async () => {
  process.env.SLUICE_JWT_SECRET = "only for this test";
  try {
    await using at = await searched();
    await at.search();
    const [only] = await processesOf(at.file) as [number];
    process.kill(only, "SIGINT");
    process.kill(only, "SIGTERM");
    expect(await at.search()).toEqual([row]);
    expect(await processesOf(at.file)).toEqual([only]);
    expect(await readFile(`/proc/${only}/environ`, "utf8")).not.toContain("SLUICE_");
  } finally {
    delete process.env.SLUICE_JWT_SECRET;
  }
});

test.each(
  ["SIGKILL", "SIGTERM"] as const,
)("processes that search end with the one that started them, also by %s, and with the store", async (by) => {
  await using at = await searched();
  const parent = spawn(process.execPath, [
    "--require", join(__dirname, "..", "..", "..", "support", "typescript.cjs"), join(__dirname, "endless-searcher.ts"),
    `sqlite://${at.file}`,
  ], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: parent.stdout })) if (line === "found") break;
  expect((await processesOf(at.file)).length).toBeGreaterThan(0);
  const ended = once(parent, "exit");
  parent.kill(by);
  await ended;
  await until(async () => (await processesOf(at.file)).length === 0);

  await at.search();
  await at.store[Symbol.asyncDispose]();
  expect(await processesOf(at.file)).toEqual([]);
});
