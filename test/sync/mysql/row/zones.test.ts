import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "mysql2/promise";
import type { Engine } from "../../../../engines/engine.js";
import { connectMysql, serverUrl } from "../../../../runtime/mysql/mysql.js";
import { catalog } from "../../../../schema/catalog.js";
import type { Change } from "../../../../schema/change.js";
import { valueReader } from "../../../../sync/mysql/row/values.js";
import { openMysqlSource } from "../../../../sync/mysql/source.js";
import { startMysql } from "../../../support/mysql-server.js";
import { entity, int64, nullable, timestamp } from "../../../support/declare.js";

jest.setTimeout(120_000);

const moment = entity("moment", {
  description: "A moment.", key: ["id"], owner: { kind: "everyone" },
  fields: {
    id: int64("public", "Key."), filled: timestamp("public", "DATETIME."), stamped: timestamp("public", "TIMESTAMP."),
    written: nullable(timestamp("public", "DATETIME.")),
  },
});
const moments = catalog([moment]);
const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), "sluice-zones-"));
let [server, local, url] = [null as unknown as Engine, null as unknown as Connection, null as unknown as URL];

beforeAll(async () => {
  server = await startMysql({ dataDir: join(folder, "mysql"), fresh: true, flags: { "default-time-zone": "+05:30" } });
  url = new URL(server.url);
  url.pathname = "/zones";
  local = await connectMysql(serverUrl(new URL(server.url)));
  await local.query("CREATE DATABASE zones");
  await local.query("USE zones");
  await local.query("SET time_zone = '+05:30', timestamp = 1767225600.25");
  await local.query(
    "CREATE TABLE moment (id BIGINT PRIMARY KEY, filled DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), stamped TIMESTAMP(6) NOT NULL "
      + "DEFAULT CURRENT_TIMESTAMP(6), written DATETIME)",
  );
});
afterAll(async () => {
  await local.end();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a server that fills DATETIME columns with the time of another zone is found, with the zone to name", async () => {
  await using source = openMysqlSource(url, moments, "zones", never);
  expect(await source.preflight()).toEqual([expect.objectContaining({
    problem: expect.stringMatching(/time_zone is \+05:30 \(\+05:30\).*would be taken for UTC: moment\.filled$/),
    remedy: expect.stringContaining("?datetime-zone=%2B05%3A30"),
  })]);
  const named = new URL(url);
  named.search = "?datetime-zone=Asia/Kolkata";
  await using wrong = openMysqlSource(named, moments, "zones", never);
  expect(await wrong.preflight()).toEqual([
    expect.objectContaining({ problem: expect.stringContaining("datetime-zone=Asia/Kolkata, which is no offset") }),
  ]);
});

test("invariant 8: with its zone named, snapshot, stream and reads by key say the same moment in UTC, of DATETIME and of "
  + "TIMESTAMP", async () => {
  const zoned = new URL(url);
  zoned.search = "?datetime-zone=%2B05:30";
  await using source = openMysqlSource(zoned, moments, "zones", never);
  expect(await source.preflight()).toEqual([]);
  const head = await source.head();
  await local.query("INSERT INTO moment (id, written) VALUES (1, '2026-01-01 00:00:00'), (2, NULL)");
  const wanted = [
    { id: "1", filled: "2026-01-01T00:00:00.250000Z", stamped: "2026-01-01T00:00:00.250000Z", written: "2025-12-31T18:30:00.000000Z" },
    { id: "2", filled: "2026-01-01T00:00:00.250000Z", stamped: "2026-01-01T00:00:00.250000Z", written: null },
  ];
  const [copied, followed]: [unknown[], unknown[]] = [[], []];
  for await (const rows of source.snapshot(moment, null, never)) copied.push(...rows.map((row) => (row as Change).after));
  const stop = new AbortController();
  for await (const messages of source.stream(head, stop.signal)) {
    followed.push(...messages.flatMap((message) => (message.op === "create" ? [message.after] : [])));
    if (followed.length === 2) stop.abort();
  }
  expect(copied).toEqual(wanted);
  expect(followed).toEqual(wanted);
  expect(await source.rows(moment, [["1"], ["2"]])).toEqual(wanted);
});

test("a moment whose year no store holds in UTC is refused, and none is rounded", () => {
  const read = valueReader("at", timestamp("public", "At."), -840);
  expect(read("9999-12-31 09:59:59.999999")).toBe("9999-12-31T23:59:59.999999Z");
  expect(() => read("9999-12-31 10:00:00")).toThrow(/in UTC is a year that no store holds/);
});
