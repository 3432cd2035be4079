import { withoutSecrets } from "../../runtime/values.js";
import { command } from "../command.js";
import { openPlace, placeSettings } from "../place.js";
import { dataDir } from "../settings.js";

const { keep: _, ...settings } = placeSettings;

export const up = command({
  name: "up",
  description: "Have the engines run and leave them running; later commands find them by themselves.",
  settings: { ...settings, dataDir },
  startsEngines: true,
  async run(config, { out, signal }) {
    const place = await openPlace({ ...config, keep: true }, out, signal);
    out.result(place.environment, [place.mysql, ...place.stores].map((url) => `  ${withoutSecrets(url)}`).join("\n"));
  },
});
