// The one door: installs and builds what the command needs and is missing or stale, then hands over. Needs nothing but Node and npm.
"use strict";
const { execFileSync, spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = __dirname;
const at = (...parts) => path.join(root, ...parts);
const product = [
  "schema", "stores", "runtime", "sync", "gateway", "generator", "migrations", "engines", "operate", "faults", "cli",
  "tsconfig.json", "tsconfig.build.json",
];

/** What a command runs: the product, or everything, with the tests and the benches. Everything does for both. */
const scopes = {
  product: { install: ["--omit=dev"], sources: product, project: "tsconfig.build.json" },
  everything: { install: ["--include=dev"], sources: [...product, "bench", "test"], project: "tsconfig.json" },
};

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`Node ${process.versions.node} is too old: Sluice needs 20.19 or newer`);

const [command = "--help", ...rest] = process.argv.slice(2);
const wanted = ["test", "bench", "build", "check"].includes(command) ? "everything" : "product";
ifStale(at("node_modules", ".installed"), () => ["package-lock.json"], "installing packages", ({ install }) =>
  run(process.platform === "win32" ? "npm.cmd" : "npm",
    ["ci", ...install, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]));
if (command === "check") {
  build("tsconfig.json", "--noEmit");
  process.exit(0);
}
ifStale(at("dist", ".built"), ({ sources }) => sources, "building", ({ project }) => build(project));
if (command === "build") process.exit(0);
if (command === "test") {
  const jest = [at("node_modules", "jest", "bin", "jest.js"), "--config", at("jest.config.cjs"), ...rest];
  process.exit(spawnSync(process.execPath, jest, { cwd: root, stdio: "inherit" }).status ?? 1);
}
process.setSourceMapsEnabled(true);
process.argv = [process.execPath, at("dist", "cli", "main.js"), command, ...rest];
require(at("dist", "cli", "main.js"));

/** Does the work unless the stamp says that it was done, for the wanted scope or for everything, from what is there now. */
function ifStale(stamp, inputsOf, doing, work) {
  const stampOf = (scope) => `${scope} ${hash(inputsOf(scopes[scope]))}`;
  const done = fs.existsSync(stamp) ? fs.readFileSync(stamp, "utf8").split("\n") : [];
  if (done.includes(stampOf(wanted))) return;
  const began = Date.now();
  process.stderr.write(`sluice: ${doing} ...\n`);
  // A run that is cut off leaves no stamp of an earlier one.
  fs.rmSync(stamp, { force: true });
  work(scopes[wanted]);
  fs.writeFileSync(stamp, (wanted === "everything" ? Object.keys(scopes) : [wanted]).map(stampOf).join("\n"));
  process.stderr.write(`sluice: ${doing} took ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

function build(project, ...more) {
  run(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "-p", at(project), ...more]);
}

function run(program, args) {
  try {
    execFileSync(program, args, { cwd: root, stdio: ["ignore", 2, 2] });
  } catch (error) {
    fail(error.status === undefined ? `${program} cannot be run: ${error.message}`
      : `${path.basename(program)} ended with code ${error.status}; see above`);
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
