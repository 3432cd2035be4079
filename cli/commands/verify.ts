import { syncSettings } from "../../sync/settings.js";
import { wholeNumber } from "../../runtime/values.js";
import { command } from "../command.js";
import { reportText, verifyStores } from "../verifying.js";

export const verify = command({
  name: "verify",
  description: "Compare every row of every table between MySQL and each store, value by value. Exit code 1 when they differ.",
  settings: {
    mysql: syncSettings.mysql,
    stores: syncSettings.stores,
    wait: {
      env: "SLUICE_VERIFY_WAIT", placeholder: "seconds",
      description: "wait this long for the stores to catch up first; 0 compares at once (default: 60)",
      schema: wholeNumber(0, 86_400).default(60),
    },
  },
  async run({ mysql, stores, wait }, { out, signal }) {
    const report = await verifyStores(mysql, stores, wait * 1000, signal);
    out.result(report, reportText(report));
    return report.equal ? 0 : 1;
  },
});
