import { stopEngines } from "../../../engines/ensure.js";
import { command } from "../../command.js";
import { dataDir } from "../../settings.js";
import { enginesFolder } from "../../workspace/workspace.js";

export const down = command({
  name: "down",
  description: "Stop the engines that `up` or --keep left running; their data stays.",
  settings: { dataDir },
  startsEngines: true,
  exitCodes: {
    0: "No engine of the data folder runs any more.",
    1: "An engine is left running because another process works with it.",
  },
  async run(config, { out }) {
    const engines = await stopEngines(enginesFolder(config.dataDir));
    const lines = engines.map(({ name, usedBy }) =>
      (usedBy === null ? `${name}: stopped` : `${name}: left running, process ${usedBy} works with it and stops it when it ends`));
    out.result({ engines }, lines.length > 0 ? lines.join("\n") : `nothing runs in ${config.dataDir}`);
    return engines.some(({ usedBy }) => usedBy !== null) ? 1 : 0;
  },
});
