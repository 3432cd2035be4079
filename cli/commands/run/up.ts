import { resolve } from "node:path";
import { withoutSecrets } from "../../../runtime/values.js";
import { storeListText } from "../../../stores/named.js";
import { command } from "../../command.js";
import { dataDir } from "../../settings.js";
import { environmentFile } from "../../workspace/environment.js";
import { openWorkspace, placeSettings } from "../../workspace/workspace.js";

const { keep: _, ...settings } = placeSettings;

export const up = command({
  name: "up",
  description: "Have the engines run and leave them running; later commands find them by themselves.",
  settings: { ...settings, dataDir },
  startsEngines: true,
  exitCodes: { 0: "The engines run." },
  async run(config, { out, signal }) {
    const place = await openWorkspace({ ...config, keep: true }, out, signal);
    const mysql = withoutSecrets(place.mysql);
    const stores = place.stores.map(({ name, url }) => storeListText([{ name, url: new URL(withoutSecrets(url)) }]));
    const environment = resolve(environmentFile(config.dataDir));
    out.result(
      { SLUICE_MYSQL_URL: mysql, SLUICE_STORES: stores.join(","), environment }, [mysql, ...stores].map((url) => `  ${url}`).join("\n"),
    );
    out.say(`  with passwords, for later commands: ${environment}`);
  },
});
