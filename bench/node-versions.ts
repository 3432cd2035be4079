/**
 * Runs `npm start -- --check` with each version of Node that Sluice supports, whichever Node runs this.
 *
 *     npm run node-versions
 *
 * The binaries come as npm packages and stay in .sluice/node-versions, like the data of each run. Exit code 1 when one version fails.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { projectRoot } from "../runtime/files/project.js";

const versions = ["20.19", "22", "24"];
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

const results = versions.map(check);
process.stdout.write(`${results.map(({ node, code, seconds }) =>
  `${node.padEnd(10)} ${code === 0 ? "check passed" : `FAILED with code ${code}`} in ${seconds.toFixed(0)} s`).join("\n")}\n`);
process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1;

interface Checked {
  /** The whole version, as the binary reports it. */
  readonly node: string;
  readonly code: number | null;
  readonly seconds: number;
}

function check(version: string): Checked {
  const bin = fetched(version);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const node = spawnSync(join(bin, "node"), ["--version"], { encoding: "utf8" }).stdout.trim();
  process.stderr.write(`\nnode ${node}: npm start -- --check\n`);
  const began = performance.now();
  const { status } = spawnSync(npm, [
    "start", "--", "--check", "--fresh", "--data-dir", join(folderOf(version), "data"),
    "--port", "0", "--operations-port", "0", "--sync-port", "0",
  ], { cwd: projectRoot, env, stdio: ["ignore", 2, 2] });
  return { node, code: status, seconds: (performance.now() - began) / 1000 };
}

/** The folder of the newest binary of this version, fetched as an npm package. */
function fetched(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = folderOf(version);
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync(npm, [
    "install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${version}`,
  ], { stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`${name}@${version} cannot be fetched: npm ended with code ${status}; see above`);
  return join(folder, "node_modules", name, "bin");
}

function folderOf(version: string): string {
  return join(projectRoot, ".sluice", "node-versions", version);
}
