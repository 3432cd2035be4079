// The extension is left out, because this import is what makes the others work.
import "./typescript-imports";
import { join } from "node:path";
import type { EngineName } from "../../engines/engine.js";
import { ensureEngines } from "../../engines/ensure.js";
import { projectRoot } from "../../runtime/files/project.js";
import { engineVariables } from "./engines.js";
import { makeTotesys } from "./totesys/make.js";
import { totesysVariable } from "./totesys/file.js";

declare global {
  var startedEngines: AsyncDisposable | undefined;
}

/** Starts, with empty data, the engines whose URLs are not set; the test processes inherit the variables. */
export default async function setUp(): Promise<void> {
  const names = (Object.keys(engineVariables) as EngineName[]).filter((name) => !process.env[engineVariables[name]]);
  const engines = await ensureEngines(names, {
    dataDir: join(projectRoot, ".sluice", "test-engines"),
    fresh: true,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  globalThis.startedEngines = engines;
  for (const name of names) process.env[engineVariables[name]] = engines[name].url;
  const totesys = join(projectRoot, ".sluice", "test-totesys.json");
  await makeTotesys(new URL(process.env[engineVariables.mysql]!), totesys);
  process.env[totesysVariable] = totesys;
  // Processes that the source forks are TypeScript too.
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ""} --require "${join(projectRoot, "test", "support", "typescript.cjs")}"`;
}
