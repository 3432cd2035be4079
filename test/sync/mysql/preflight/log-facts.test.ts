import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectMysql, serverUrl } from "../../../../runtime/mysql/mysql.js";
import { logFacts } from "../../../../sync/mysql/preflight/log-facts.js";
import { startMysql } from "../../../support/mysql-server.js";

jest.setTimeout(300_000);

test("a GTID set of many servers is read whole", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-log-facts-"));
  const server = await startMysql({ dataDir: folder });
  try {
    const uuids = Array.from({ length: 40 }, (_, i) => `${String(i).padStart(8, "0")}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`);
    await using connection = await connectMysql(serverUrl(new URL(server.url)));
    for (const uuid of uuids) {
      await connection.query(`SET gtid_next = '${uuid}:1'`);
      await connection.query("COMMIT");
    }
    await connection.query("SET gtid_next = AUTOMATIC");
    const { executed } = await logFacts(new URL(server.url));
    expect(uuids.filter((uuid) => !executed.includes(`${uuid}:1`))).toEqual([]);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
