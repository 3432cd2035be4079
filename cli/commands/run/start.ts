import { isatty } from "node:tty";
import { resolve } from "node:path";
import { gatewaySettings } from "../../../gateway/settings.js";
import { fillSettings, streamSettings } from "../../../generator/settings.js";
import { flag, wholeNumber } from "../../../runtime/values.js";
import { syncSettings } from "../../../sync/settings.js";
import { ownCatalog } from "../../../schema/meaning/setting.js";
import { command } from "../../command.js";
import { dataDir } from "../../settings.js";
import { startFindings } from "../../start/preflight.js";
import { runSystem } from "../../start/system.js";
import { openWorkspace, placeSettings } from "../../workspace/workspace.js";

export const start = command({
  name: "start",
  description: "The whole system on this machine: engines found or fetched, data generated, synced, served.",
  settings: {
    ...placeSettings,
    dataDir,
    seed: fillSettings.seed,
    rows: {
      ...fillSettings.rows, description: "rows of the initial fill (default: 20000)", schema: fillSettings.rows.schema.prefault("20000"),
    },
    until: fillSettings.until,
    rate: streamSettings.rate,
    connections: streamSettings.connections,
    check: {
      env: "SLUICE_CHECK", description: "after some seconds of load: verify, ask as each role, print both and end",
      schema: flag.default(false),
    },
    checkTransactions: {
      env: "SLUICE_CHECK_TRANSACTIONS", placeholder: "number", description: "how many transactions --check trades (default: 200)",
      schema: wholeNumber(1, 10_000_000).default(200),
    },
    host: gatewaySettings.host,
    port: gatewaySettings.port,
    operationsPort: gatewaySettings.operationsPort,
    syncPort: syncSettings.syncPort,
    jwtKeys: gatewaySettings.jwtKeys,
    jwtSecret: gatewaySettings.jwtSecret,
    developmentKey: gatewaySettings.developmentKey,
    catalog: gatewaySettings.catalog,
  },
  startsEngines: true,
  exitCodes: {
    0: "A signal stopped everything, or `--check` passed.",
    1: "`--check` found a difference, or sync, the gateway or an engine ended by itself.",
  },
  async run(config, { out, signal }) {
    const isOwn = resolve(config.catalog) === ownCatalog;
    const options = { ...config, dataDir: resolve(config.dataDir), ownsDatabase: config.mysql === undefined && isOwn };
    await using place = await openWorkspace(options, out, signal, () => startFindings(options));
    return await runSystem(options, place, out, isatty(2) && !out.json, signal);
  },
});
