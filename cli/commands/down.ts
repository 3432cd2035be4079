import { stopEngines } from "../../engines/ensure.js";
import { command } from "../command.js";
import { enginesFolder } from "../place.js";
import { dataDir } from "../settings.js";

export const down = command({
  name: "down",
  description: "Stop the engines that `up` or --keep left running; their data stays.",
  settings: { dataDir },
  startsEngines: true,
  async run(config, { out }) {
    await stopEngines(enginesFolder(config.dataDir));
    out.result({ stopped: true }, "stopped");
  },
});
