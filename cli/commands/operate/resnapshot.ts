import { z } from "zod";
import { syncSettings } from "../../../sync/settings.js";
import { command } from "../../command.js";
import { dataDir } from "../../settings.js";

export const resnapshot = command({
  name: "resnapshot",
  description: "Have the next sync copy tables of one store again, while readers keep what is there. A purged log does not matter when "
    + "all tables are copied.",
  settings: {
    mysql: syncSettings.mysql,
    stores: syncSettings.stores,
    dataDir,
    store: {
      env: "SLUICE_STORE", placeholder: "name",
      description: "which pipeline: the name given in --stores, else embedded, cassandra or elasticsearch",
      schema: z.string("is not set"),
    },
    where: {
      env: "SLUICE_WHERE", placeholder: "range",
      description: 'of one table, only these keys: --where "sales_order_id between 1000 and 2000"',
      schema: z.string().max(1_000).optional(),
    },
  },
  words: { name: "table", description: "tables to copy again (default: all)", many: true },
  exitCodes: {
    0: "The tables will be copied again.",
    2: "Sync runs and the store's pipeline has not failed, or a name is not known.",
  },
  async run(config, { words: tables, out, signal }) {
    const { resnapshot: setBack } = await import("../../../operate/resnapshot.js");
    const { begins, ...result } = await setBack({ ...config, tables }, signal);
    const what = tables.length > 0 ? tables.join(", ") : "every table";
    const range = config.where === undefined ? "" : ` where ${config.where}`;
    const when = begins === "at resume" ? `after sluice resume ${result.store}` : "when sync starts";
    out.result(result, `${result.store}: ${what}${range} will be copied again ${when}`);
  },
});
