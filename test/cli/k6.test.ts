import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../support/cli.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-k6-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Stands in for k6, which is built by Go. The test checks only the arguments that k6 gets and how it ends. */
const k6 = `#!${process.execPath}
const args = process.argv.slice(2);
console.log("k6 for people");
require("node:fs").writeFileSync(args[args.indexOf("--summary-export") + 1], JSON.stringify({ metrics: { checks: { passes: 7 } } }));
process.exit(Number(process.env.K6_ENDS));
`;

test("k6: a failed threshold is exit code 1, --json gives its results and nothing else on standard output, and no gateway is a "
  + "finding", async () => {
  writeFileSync(join(folder, "k6"), k6);
  chmodSync(join(folder, "k6"), 0o755);
  const server = createServer((_, response) => response.end("{}")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const run = (ends: number, ...args: readonly string[]) => runCli(
    ["k6", "smoke", "--target", target, "--data-dir", folder, ...args], { PATH: `${folder}:${process.env.PATH}`, K6_ENDS: String(ends) },
  );
  expect(await run(0)).toMatchObject({ code: 0, stdout: "k6 for people\n" });
  expect(await run(99)).toMatchObject({ code: 1 });
  const { code, stdout, stderr } = await run(99, "--json");
  expect({ code, said: JSON.parse(stdout) as unknown }).toEqual({
    code: 1, said: { ok: false, ended: 99, metrics: { checks: { passes: 7 } } },
  });
  expect(stderr).toContain("k6 for people");
  server.close();
  await once(server, "close");
  expect(await run(0)).toMatchObject({
    code: 2, stderr: expect.stringMatching(/--target http:\S+: no gateway answers there: .*ECONNREFUSED[^]*remedy: start it/),
  });
});
