import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../../migrations/migrate.js";
import { PreflightFailed } from "../../../runtime/findings.js";
import type { Row } from "../../../schema/entity.js";
import { rewriteVersion } from "../../../schema/position.js";
import { totesys } from "../../support/totesys.js";
import { namedByEngine } from "../../../stores/named.js";
import { openSink, openStore } from "../../../stores/open.js";
import type { Store } from "../../../stores/ports.js";
import { type LetterActions, editLetter, retryLetters, skipLetter } from "../../../sync/letters/settle-letters.js";
import { runSync } from "../../../sync/main.js";
import { openMysqlSource } from "../../../sync/mysql/source.js";
import type { Source } from "../../../sync/source.js";
import { caughtUp } from "../../../sync/verify/comparing/caught-up.js";
import { freshDatabase, type FreshDatabase } from "../../migrations/fresh-database.js";
import { freshKeyspace } from "../../stores/cassandra/fresh-keyspace.js";
import { openTestStore } from "../../stores/elasticsearch/test-store.js";
import { place } from "../../stores/embedded/test-store.js";
import { runCli } from "../../support/cli.js";

jest.setTimeout(120_000);

const unstopped = new AbortController().signal;
const [design, staff] = [totesys.entity("design"), totesys.entity("staff")];
const folder = mkdtempSync(join(tmpdir(), "sluice-letters-"));
const auditFile = join(folder, "audit.jsonl");
const closing: AsyncDisposable[] = [];
let [database, source, urls, stores] = [null as unknown as FreshDatabase, null as unknown as Source, [] as URL[], [] as Store[]];

const opened = <T extends AsyncDisposable>(what: T): T => {
  closing.unshift(what);
  return what;
};

beforeAll(async () => {
  database = opened(await freshDatabase("letters"));
  await migrate(database.url);
  await database.server.query(`USE ${database.name}`);
  await database.server.query("SET SESSION sql_mode = ''");
  for (let id = 1; id <= 4; id++) await database.server
    .query(`INSERT INTO design (design_id, design_name, file_location, file_name) VALUES (${id}, 'design ${id}', '/art', '${id}.png')`);
  await database.server.query(
    "INSERT INTO department (department_id, department_name, location, manager) VALUES (1, 'Sales', 'Leeds', 'A B')",
  );
  await database.server.query(
    "INSERT INTO staff (staff_id, first_name, last_name, department_id, email_address) VALUES (1, 'Ada', 'Byron', 1, 'ada@example.com')",
  );
  urls = [opened(await place()).url, opened(await freshKeyspace()).url, opened(openTestStore()).url];
  source = opened(openMysqlSource(database.url, totesys, "letters", unstopped));
  await synced(async () => undefined);
  for (const url of urls) stores.push(opened(await openStore(url)));
});
afterAll(async () => {
  for (const each of closing) await each[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Runs sync while `work` does, until every store has what was committed. */
async function synced(work: () => Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const ended = runSync(
    { mysql: database.url, stores: urls.map(namedByEngine), syncHost: "127.0.0.1", syncPort: 0, maxRejections: 1_000 }, stop.signal,
  );
  try {
    await work();
    const reading = await Promise.all(urls.map((url) => openStore(url)));
    await Promise.race([caughtUp(source, reading, 90_000, unstopped), ended]);
    await Promise.all(reading.map((store) => store[Symbol.asyncDispose]()));
  } finally {
    stop.abort();
    await ended;
  }
}

async function onEachStore(work: (actions: LetterActions, held: (id: string) => Promise<Row | null>) => Promise<void>): Promise<void> {
  for (const [i, url] of urls.entries()) {
    await using sink = await openSink(url);
    const store = stores[i]!;
    await work(
      { source, sink, store, catalog: totesys, auditFile, signal: unstopped }, async (id) => (await store.rows!.get(design, [[id]]))[0]!,
    );
  }
}

test("a row that no store can hold is edited until MySQL has a better one, which then settles by itself", async () => {
  await synced(() => database.server.query("UPDATE design SET created_at = '0000-00-00' WHERE design_id = 1"));
  const whole = {
    design_name: "mended", file_location: "/art", file_name: "1.png", created_at: "2026-02-28T09:30:00.000001Z",
    last_updated: "2026-02-28T09:30:00.000001Z",
  };
  await onEachStore(async (actions, held) => {
    const [letter] = await actions.sink.deadLetters.list(10);
    expect(letter).toMatchObject({
      entity: "design", key: ["1"], change: null, reason: expect.stringMatching(/^created_at holds 0000-00-00/),
    });
    expect(await held("1")).toBeNull();
    expect(await retryLetters(actions, [letter!])).toEqual([{ settled: false, outcome: letter!.reason }]);

    const wrong = editLetter(actions, letter!, {
      ...whole, design_id: "9", design_name: "x".repeat(81), file_name: 7, created_at: "2026-02-30T00:00:00.000000Z", color: "red",
      last_updated: null,
    });
    await expect(wrong).rejects.toThrow(PreflightFailed);
    const { findings } = await wrong.catch((error: PreflightFailed) => error) as PreflightFailed;
    expect(findings.map(({ problem }) => problem.split(" ")[0]).sort()).toEqual([
      "color", "created_at", "design_name", "file_name", "last_updated",
    ]);
    await expect(editLetter(actions, letter!, { design_name: "x" })).rejects.toThrow(/created_at is missing/);
    await expect(editLetter(actions, letter!, { ...whole, design_id: "9" })).rejects.toThrow(/another key/);
    expect(await actions.sink.deadLetters.count()).toBe(1);

    expect(await editLetter(actions, letter!, whole)).toEqual({ settled: true, outcome: "written" });
    expect(await held("1")).toEqual({ design_id: "1", ...whole });
    expect(await actions.sink.deadLetters.count()).toBe(0);
  });
  await synced(() => database.server.query("UPDATE design SET created_at = '2026-01-01' WHERE design_id = 1"));
  await onEachStore(async (_, held) => expect(await held("1")).toEqual((await source.rows(design, [["1"]]))[0]));
});

test("invariant 4: a retry wins over what the refused change left, and loses to anything newer, whichever is written first", async () => {
  await onEachStore(async (actions, held) => {
    const progress = await actions.store.progress();
    const version = progress!.position.version + 1_000_000;
    const row = (await source.rows(design, [["2"]]))[0] as Row;
    const about = { entity: "design", key: ["2"] };
    const writer = await actions.sink.prepare(totesys);
    const refused = { ...about, op: "update" as const, before: row, after: row, version };
    await actions.sink.deadLetters.park([{ ...about, version, reason: "too large", change: refused }]);
    await writer.write([{ ...refused, op: "delete", after: null }], unstopped);
    expect(await held("2")).toBeNull();
    const [letter] = await actions.sink.deadLetters.list(10);
    expect(await retryLetters(actions, [letter!])).toEqual([{ settled: true, outcome: "written" }]);
    expect(await held("2")).toEqual(row);

    // The pipeline repeats the refused change, then brings the next one; a second retry had read the row before it.
    await writer.write([{ ...refused, op: "delete", after: null }], unstopped);
    expect(await held("2")).toEqual(row);
    await writer.write([{ ...refused, after: { ...row, design_name: "newer" }, version: version + 2 }], unstopped);
    await actions.sink.deadLetters.park([{ ...about, version: version + 2, reason: "newer, refused", change: null }]);
    expect(await retryLetters(actions, [letter!])).toEqual([{ settled: true, outcome: "written" }]);
    expect(await held("2")).toMatchObject({ design_name: "newer" });
    // Invariant 1: it settled its own letter, not the newer one.
    expect(await actions.sink.deadLetters.list(10)).toMatchObject([{ version: version + 2 }]);
    expect(rewriteVersion(version)).toBe(version + 1);

    expect(await skipLetter(actions, (await actions.sink.deadLetters.list(10))[0]!)).toEqual({ settled: true, outcome: "skipped" });
    expect(await held("2")).toMatchObject({ design_name: "newer" });
    expect(await actions.sink.deadLetters.count()).toBe(0);
  });
});

test("a row that is gone from MySQL is removed from the store; one listed in lookups is not moved or made up by hand", async () => {
  await synced(() => database.server.query("DELETE FROM design WHERE design_id = 3"));
  await onEachStore(async (actions) => {
    const reason = "refused";
    await actions.sink.deadLetters.park([
      { entity: "design", key: ["3"], version: 2, reason, change: null }, { entity: "staff", key: ["1"], version: 2, reason, change: null },
    ]);
    const letterOf = async (entity: string) => (await actions.sink.deadLetters.list(10)).find((letter) => letter.entity === entity)!;
    await expect(editLetter(actions, await letterOf("design"), {})).rejects.toThrow(/no such row any more/);
    expect(await retryLetters(actions, [await letterOf("design")])).toEqual([{ settled: true, outcome: "deleted, as in MySQL" }]);
    await expect(editLetter(actions, await letterOf("staff"), { department_id: "2" })).rejects.toThrow(
      /department_id would move it within lookups/,
    );
    await skipLetter(actions, await letterOf("staff"));
  });
  await synced(() => database.server.query("UPDATE staff SET last_updated = '0000-00-00'"));
  await onEachStore(async (actions) => {
    const [letter] = await actions.sink.deadLetters.list(10);
    await expect(editLetter(actions, letter!, {})).rejects.toThrow(/last_updated holds 0000-00-00.*listed in lookups/s);
  });
  expect(staff.lookups.length).toBeGreaterThan(0);
});

test("every act is in the audit file: who, when, what, before and after, and how it ended", async () => {
  const lines = readFileSync(auditFile, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  const acts = lines.filter((line) => "act" in line);
  expect(acts.length).toBe(6 * 3);
  for (const { id, at, by } of acts) {
    expect([Date.parse(at as string), by]).toEqual([expect.any(Number), expect.stringMatching(/^\S+@\S+$/)]);
    expect(lines.filter((line) => line.id === id && "outcome" in line)).toHaveLength(1);
  }
  expect(acts.find(({ act }) => act === "edit")).toMatchObject({
    entity: "design", key: ["1"], before: null, after: { design_name: "mended" },
  });
  expect(statSync(auditFile).mode & 0o777).toBe(0o600);
});

test("from the command line: list, show, retry, and what is not a letter", async () => {
  await synced(() => database.server.query("UPDATE staff SET last_updated = '2026-01-01'"));
  await synced(() => database.server.query("UPDATE design SET created_at = '0000-00-00' WHERE design_id = 4"));
  const place = ["--mysql", database.url.href, "--stores", urls.join(","), "--data-dir", folder, "--json"];
  const run = async (...words: string[]) => {
    const { code, stdout } = await runCli(["dead-letters", ...words, ...place]);
    return { code, said: JSON.parse(stdout) as unknown };
  };
  expect(await run("list")).toMatchObject({ code: 0, said: [
    "embedded", "cassandra", "elasticsearch",
  ].map((name) => ({ letter: `${name}/design/4`, reason: expect.stringMatching(/created_at/) })) });
  expect(await run("show", "cassandra/design/4")).toMatchObject({ code: 0, said: { entity: "design", key: ["4"], change: null } });
  expect(await run("show", "cassandra/design/5")).toMatchObject({
    code: 2, said: { findings: [{ problem: "cassandra/design/5 names no letter" }] },
  });
  expect(await run("retry", "cassandra", "embedded")).toMatchObject({ code: 1, said: [{ settled: false }, { settled: false }] });
  expect(await run("skip", "cassandra", "embedded/design", "elasticsearch/design/4")).toMatchObject({
    code: 0, said: [{ settled: true }, { settled: true }, { settled: true }],
  });
  expect(await run("list")).toEqual({ code: 0, said: [] });
  // A store or a table without letters is no mistake; a command without a name is one.
  expect(await run("retry", "cassandra", "embedded/design")).toEqual({ code: 0, said: [] });
  expect(await run("retry")).toMatchObject({ code: 2, said: { findings: [{ problem: "no letter is named" }] } });
});

test("a row that no store can hold differs also when its letters were skipped", async () => {
  const { code, stdout } = await runCli([
    "verify", "--mysql", database.url.href, "--stores", urls.join(","), "--data-dir", folder, "--wait", "0", "--json",
  ]);
  expect(code).toBe(1);
  const lacking = stores.map(({ name: store }) => ({
    store, table: "design", key: ["4"], kind: "missing", unheld: expect.stringContaining("0000-00-00") as string,
  }));
  expect((JSON.parse(stdout) as { differences: object[] }).differences).toEqual(expect.arrayContaining(lacking));
});
