import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Work } from "../../engines/engine.js";
import { unpackDebian } from "../../engines/packages/apt.js";
import { copyJars } from "../../engines/packages/maven.js";
import { PreflightFailed } from "../../runtime/findings.js";

jest.setTimeout(40_000);

const folder = mkdtempSync(join(tmpdir(), "sluice-silent-"));
const sockets: Socket[] = [];
const silent = createServer((socket) => { sockets.push(socket.on("error", () => undefined)); }).listen(0, "127.0.0.1");
beforeAll(async () => { if (!silent.listening) await once(silent, "listening"); });
afterAll(() => {
  sockets.forEach((socket) => socket.destroy());
  silent.close();
  rmSync(folder, { recursive: true, force: true });
});

const url = () => `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
const work: Work = { packages: folder, progress: () => undefined, signal: new AbortController().signal };

/** Returns how it failed, and checks that it took less than 20 s. */
async function failure(fetching: Promise<void>): Promise<PreflightFailed> {
  const began = performance.now();
  const error = await fetching.then(() => null, (thrown: unknown) => thrown);
  const seconds = (performance.now() - began) / 1000;
  expect(error).toBeInstanceOf(PreflightFailed);
  expect(sockets.length).toBeGreaterThan(0);
  expect(seconds).toBeLessThan(20);
  return error as PreflightFailed;
}

test("a Debian mirror that accepts and never answers is reported within 20 s, with the remedy", async () => {
  const source = { uris: [url()], suites: ["bookworm"], signedBy: null };
  const { findings } = await failure(unpackDebian("forky", ["mysql-server-core"], folder, work, [source]));
  expect(findings).toMatchObject([{
    problem: expect.stringMatching(/cannot be fetched from Debian forky: apt-get ended with code 100.*127\.0\.0\.1/s),
    remedy: expect.stringMatching(/check the network and try again/),
  }]);
});

test("a Maven repository that accepts and never answers is reported within 20 s, with the remedy", async () => {
  // Maven takes its settings and its local repository from the home folder.
  mkdirSync(join(folder, ".m2"));
  writeFileSync(join(folder, ".m2", "settings.xml"),
    `<settings><mirrors><mirror><id>silent</id><mirrorOf>*</mirrorOf><url>${url()}</url></mirror></mirrors></settings>`);
  const before = process.env.MAVEN_OPTS;
  process.env.MAVEN_OPTS = `-Duser.home=${folder}`;
  try {
    const { findings } = await failure(copyJars(["org.apache.cassandra:cassandra-all:4.1.0"], join(folder, "jars"), work));
    expect(findings).toMatchObject([{
      problem: expect.stringMatching(/cannot be fetched by Maven: .*(timed out|timeout)/is), remedy: "check the network and try again",
    }]);
  } finally {
    if (before === undefined) delete process.env.MAVEN_OPTS;
    else process.env.MAVEN_OPTS = before;
  }
});
