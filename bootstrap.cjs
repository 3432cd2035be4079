// The one door: installs and builds what is missing or stale, then hands over. Needs nothing but Node and npm.
"use strict";
const { execFileSync, spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = __dirname;
const at = (...parts) => path.join(root, ...parts);
const sources = ["schema", "stores", "runtime", "sync", "gateway", "generator", "migrations", "engines", "operate", "cli", "bench", "faults", "test", "tsconfig.json"];

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`Node ${process.versions.node} is too old: Sluice needs 20.19 or newer`);

ifStale(at("node_modules", ".installed"), hash(["package-lock.json"]), "installing packages", () =>
  run(process.platform === "win32" ? "npm.cmd" : "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]));
ifStale(at("dist", ".built"), hash(sources), "building", () =>
  run(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "-p", at("tsconfig.json")]));

const [command = "--help", ...rest] = process.argv.slice(2);
if (command === "test") {
  const jest = [at("node_modules", "jest", "bin", "jest.js"), "--config", at("jest.config.cjs"), ...rest];
  process.exit(spawnSync(process.execPath, jest, { cwd: root, stdio: "inherit" }).status ?? 1);
}
process.setSourceMapsEnabled(true);
process.argv = [process.execPath, at("dist", "cli", "main.js"), command, ...rest];
require(at("dist", "cli", "main.js"));

function ifStale(stamp, wanted, doing, work) {
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted) return;
  const began = Date.now();
  process.stderr.write(`sluice: ${doing} ...\n`);
  work();
  fs.writeFileSync(stamp, wanted);
  process.stderr.write(`sluice: ${doing} took ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

function run(program, args) {
  try {
    execFileSync(program, args, { cwd: root, stdio: ["ignore", 2, 2] });
  } catch (error) {
    fail(error.status === undefined ? `${program} cannot be run: ${error.message}` : `${path.basename(program)} ended with code ${error.status}; see above`);
  }
}

function hash(names) {
  const digest = createHash("sha256");
  const visit = (name) => {
    const file = at(name);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const child of fs.readdirSync(file).sort()) visit(path.join(name, child));
    else if (stat) digest.update(name).update("\0").update(fs.readFileSync(file)).update("\0");
  };
  for (const name of names) visit(name);
  return digest.digest("hex");
}

function fail(message) {
  process.stderr.write(`sluice: ${message}\n`);
  process.exit(1);
}
