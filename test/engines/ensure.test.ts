import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureEngines, stopEngines } from "../../engines/ensure.js";
import { PreflightFailed } from "../../runtime/findings.js";

const realPath = process.env.PATH ?? "";
let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "sluice-ensure-"))));
afterEach(async () => {
  process.env.PATH = realPath;
  await rm(folder, { recursive: true });
});

test("an engine given by URL is used as it is", async () => {
  const urls = { mysql: "mysql://somewhere:3306/", cassandra: "cassandra://somewhere:9042" };
  await using engines = await ensureEngines(["mysql", "cassandra"], { dataDir: folder, urls });
  expect(engines.mysql).toMatchObject({ name: "mysql", url: urls.mysql, source: "url", pid: null });
  expect(engines.cassandra.url).toBe(urls.cassandra);
});

test("all engines that cannot be obtained are reported together", async () => {
  process.env.PATH = folder;
  const failure: unknown = await ensureEngines(
    ["mysql", "cassandra"], { dataDir: folder, packagesDir: join(folder, "packages") },
  ).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PreflightFailed);
  expect((failure as PreflightFailed).findings.map(({ problem }) => problem)).toEqual([
    expect.stringContaining("apt-get is not on this machine"), "Maven is not on this machine",
  ]);
});

/** Stands in for podman: a container is a small HTTP server that says it is healthy. */
const podman = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { spawn } = require("node:child_process");
const [command, ...args] = process.argv.slice(2);
const pidFile = __dirname + "/container.pid";
appendFileSync(__dirname + "/calls", [command, ...args].join(" ") + "\\n");
if (command === "run") {
  const port = /127.0.0.1:(\\d+):9200/.exec(args.join(" "))[1];
  const server = "require('node:http').createServer((request, response) => response.end('{}')).listen(" + port + ", '127.0.0.1')";
  const child = spawn(process.execPath, ["-e", server], { detached: true, stdio: "ignore" });
  child.unref();
  writeFileSync(pidFile, String(child.pid));
} else if (command === "container") console.log(existsSync(pidFile));
else if (command === "rm" && existsSync(pidFile)) {
  process.kill(Number(readFileSync(pidFile, "utf8")));
  rmSync(pidFile);
}
`;

test("where podman works an engine is a container, kept and stopped like any other", async () => {
  await writeFile(join(folder, "podman"), podman);
  await chmod(join(folder, "podman"), 0o755);
  process.env.PATH = folder;
  const options = { dataDir: join(folder, "data") };

  const kept = await ensureEngines(["elasticsearch"], { ...options, keep: true });
  expect(kept.elasticsearch).toMatchObject({ source: "podman", pid: null });
  await kept[Symbol.asyncDispose]();
  const again = await ensureEngines(["elasticsearch"], { ...options, keep: true });
  expect(again.elasticsearch.url).toBe(kept.elasticsearch.url);
  await stopEngines(options.dataDir);
  await expect(fetch(again.elasticsearch.url)).rejects.toThrow();

  const calls = (await readFile(join(folder, "calls"), "utf8")).split("\n");
  const { port } = new URL(kept.elasticsearch.url);
  const [run = ""] = calls.filter((call) => call.startsWith("run "));
  expect(run).toMatch(
    new RegExp(`^run -d --name (sluice-elasticsearch-\\w+) -p 127\\.0\\.0\\.1:${port}:9200 -v \\1:/usr/share/elasticsearch/data `),
  );
  expect(calls.filter((call) => call.startsWith("run "))).toHaveLength(1);
});
