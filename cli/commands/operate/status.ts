import { syncSettings } from "../../../sync/settings.js";
import { command } from "../../command.js";
import { dataDir } from "../../settings.js";
import { statusText } from "../../text/status-text.js";

export const status = command({
  name: "status",
  description: "How far each store has come, what its pipeline does if sync runs, and how long it could resume from the binary log.",
  settings: { mysql: { ...syncSettings.mysql, schema: syncSettings.mysql.schema.optional() }, stores: syncSettings.stores, dataDir },
  exitCodes: {
    0: "Sync runs and all is well.",
    1: "No sync runs here, a pipeline has an error or dead letters, a store cannot resume, or MySQL does not answer.",
  },
  async run(config, { out }) {
    const { isWell, statusOf } = await import("../../../operate/status.js");
    const report = await statusOf(config);
    out.result(report, statusText(report));
    return isWell(report, config) ? 0 : 1;
  },
});
