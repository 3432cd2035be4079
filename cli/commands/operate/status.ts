import { absence } from "../../../sync/control/running-process.js";
import { syncSettings } from "../../../sync/settings.js";
import { command } from "../../command.js";
import { runningSync } from "../../running-sync.js";
import { dataDir } from "../../settings.js";
import type { StoreReport } from "../../status-report.js";
import { statusText } from "../../text/status-text.js";
import { withStores } from "../../verifying.js";

export const status = command({
  name: "status",
  description: "How far each store has come, what its pipeline does if sync runs, and how long it could resume from the binary log.",
  settings: { mysql: { ...syncSettings.mysql, schema: syncSettings.mysql.schema.optional() }, stores: syncSettings.stores, dataDir },
  async run({ mysql, stores, dataDir: folder }, { out }) {
    const [{ reportStatus }, { storedStatus }] = await Promise.all([
      import("../../status-report.js"), import("../../../sync/state/state.js"),
    ]);
    const sync = await runningSync(folder);
    // A running sync knows of stores that are away, too.
    const why = sync ? null : await absence(folder);
    const report = sync ? await reportStatus(sync.status, why, mysql) : await withStores(
      stores, (open) => reportStatus(() => storedStatus(open), why, mysql),
    );
    out.result(report, statusText(report));
    const isKnown = mysql === undefined || report.log !== null;
    return report.running && isKnown && report.pipelines.every(isWell) ? 0 : 1;
  },
});

/** Nobody has to do anything about it. */
function isWell({ error, forecast, deadLetters }: StoreReport): boolean {
  return error === null && deadLetters === 0 && (forecast === null || forecast.kind === "possible");
}
