import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { projectRoot } from "../../runtime/files/project.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-bootstrap-"));
const log = join(folder, "log");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A checkout in which npm, tsc and Jest only write down how they were called. */
beforeAll(() => {
  copyFileSync(join(projectRoot, "bootstrap.cjs"), join(folder, "bootstrap.cjs"));
  for (const name of ["cli", "test", "bin"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "cli", "main.ts"), "");
  writeFileSync(join(folder, "test", "some.test.ts"), "");
  writeFileSync(join(folder, "package-lock.json"), "{}");
  const writesDown = (as: string) => `const fs = require("node:fs");
const at = (name, text = "") => { fs.mkdirSync(require("node:path").dirname(name), { recursive: true }); fs.writeFileSync(name, text); };
fs.appendFileSync(${JSON.stringify(log)}, ["${as}", ...process.argv.slice(2)].join(" ") + "\\n");
`;
  writeFileSync(join(folder, "bin", "npm"), `#!${process.execPath}\n${writesDown("npm")}
fs.rmSync("node_modules", { recursive: true, force: true });
at("node_modules/typescript/bin/tsc", ${JSON.stringify(`${writesDown("tsc")}at("dist/cli/main.js");`)});
if (process.argv.includes("--include=dev")) at("node_modules/jest/bin/jest.js", ${JSON.stringify(writesDown("jest"))});
`, { mode: 0o755 });
});
/** What npm, tsc and Jest were called with. */
function called(...words: readonly string[]): readonly string[] {
  writeFileSync(log, "");
  const { status, stderr } = spawnSync(process.execPath, ["bootstrap.cjs", ...words], {
    cwd: folder, encoding: "utf8", env: { ...process.env, PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}` },
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return readFileSync(log, "utf8").trimEnd().split("\n").filter(Boolean)
    .map((line) => line.replaceAll(`${folder}/`, "").replace(" --ignore-scripts --no-audit --no-fund --loglevel=error", ""));
}

test("start installs and builds what it runs, once", () => {
  expect(called("start")).toEqual(["npm ci --omit=dev", "tsc -p tsconfig.build.json"]);
  expect(called("start")).toEqual([]);
});

test("test after start installs and builds everything, once", () => {
  expect(called("test", "--ci")).toEqual(["npm ci --include=dev", "tsc -p tsconfig.json", "jest --config jest.config.cjs --ci"]);
  expect(called("test")).toEqual(["jest --config jest.config.cjs"]);
});

test("start after test uses what is there, also when a test has changed", () => {
  expect(called("start")).toEqual([]);
  writeFileSync(join(folder, "test", "some.test.ts"), "changed");
  expect(called("start")).toEqual([]);
  expect(called("test")).toEqual(["tsc -p tsconfig.json", "jest --config jest.config.cjs"]);
});

test("a change of the product is built, and a change of the lock file is installed, for what is asked", () => {
  writeFileSync(join(folder, "cli", "main.ts"), "changed");
  writeFileSync(join(folder, "package-lock.json"), "{ }");
  expect(called("start")).toEqual(["npm ci --omit=dev", "tsc -p tsconfig.build.json"]);
  expect(called("bench")).toEqual(["npm ci --include=dev", "tsc -p tsconfig.json"]);
  expect(called("check")).toEqual(["tsc -p tsconfig.json --noEmit"]);
});
