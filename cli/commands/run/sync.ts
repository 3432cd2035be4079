import { isatty } from "node:tty";
import { keepHeapSmall } from "../../../runtime/heap.js";
import { tellStarter } from "../../../runtime/starter.js";
import { syncSettings } from "../../../sync/settings.js";
import { command } from "../../command.js";
import { dataDir } from "../../settings.js";
import { showCopying } from "../../sync-live.js";

export const sync = command({
  name: "sync",
  description: "Keep the stores equal to MySQL: copy what is there, then follow the binary log.",
  settings: { ...syncSettings, dataDir },
  exitCodes: {
    0: "A signal stopped it and no pipeline had failed.",
    1: "A pipeline had failed when sync was stopped, or none could go on. The last lines name each with its error.",
    2: "Nothing was written; or every store waits for a person to mend something.",
  },
  async run(config, { out, signal }) {
    keepHeapSmall();
    const [{ runSync }, { openLog }, { logLibraryOutput }] = await Promise.all([
      import("../../../sync/main.js"), import("../../../runtime/log.js"), import("../../../runtime/library-output.js"),
    ]);
    logLibraryOutput(openLog("sync"));
    const ended = new AbortController();
    const showing = isatty(2) && !out.json ? showCopying(config.dataDir, AbortSignal.any([signal, ended.signal])) : null;
    try {
      await runSync(config, signal, config.dataDir, (operationsUrl) => tellStarter({ operationsUrl }));
    } finally {
      ended.abort();
      await showing;
    }
  },
});
