import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../../runtime/files/project.js";
import { engineUrls } from "../support/engines.js";
import { startMysql } from "../support/mysql-server.js";

jest.setTimeout(600_000);

interface Read {
  readonly store: string;
  readonly phase: string;
  readonly reads: number;
  readonly backward: number;
  readonly absent: number;
}

test("invariant 4, as readers see it: no row goes back while tables are copied and healed, sync is killed, and rows are repaired and "
  + "retried", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-hot-keys-"));
  const server = await startMysql({ dataDir: join(folder, "mysql"), keep: false });
  try {
    const { cassandra, elasticsearch } = engineUrls();
    const stores = [`sqlite://${folder}/hot.db`, cassandra, elasticsearch.replace("http:", "elasticsearch:")].join(",");
    const args = ["--mysql", server.url, "--stores", stores, "--rows", "1500", "--kills", "2", "--reads", "3000", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, [join(projectRoot, "dist", "bench", "hot-keys.js"), ...args]).catch(
      (error: { readonly stdout: string }) => error,
    );
    const { rows } = JSON.parse(stdout) as { readonly rows: readonly Read[] };
    expect(rows.filter(({ backward, absent }) => backward + absent > 0)).toEqual([]);
    const totals = rows.filter(({ phase }) => phase === "all");
    expect(totals.map(({ store }) => store)).toEqual(["embedded", "cassandra", "elasticsearch"]);
    for (const { reads } of totals) expect(reads).toBeGreaterThanOrEqual(3_000);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
