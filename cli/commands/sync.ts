import { syncSettings } from "../../sync/settings.js";
import { command } from "../command.js";
import { dataDir } from "../settings.js";

export const sync = command({
  name: "sync",
  description: "Keep the stores equal to MySQL: copy what is there, then follow the binary log.",
  settings: { ...syncSettings, dataDir },
  async run(config, { signal }) {
    const { runSync } = await import("../../sync/main.js");
    await runSync(config, signal, config.dataDir);
  },
});
