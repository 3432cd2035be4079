import { syncSettings } from "../../../sync/settings.js";
import { command } from "../../command.js";

export const migrate = command({
  name: "migrate",
  description: "Bring the operational database to the newest schema, creating it when it is missing.",
  settings: { mysql: syncSettings.mysql },
  exitCodes: {
    0: "The schema is the newest.",
    1: "A signal came before the last migration was applied.",
  },
  async run({ mysql: url }, { signal, out }) {
    const { migrate: bring } = await import("../../../migrations/migrate.js");
    const done = await bring(url, signal, ({ name }) => out.say(`applied ${name}`));
    out.result(done, done.applied.length > 0 ? `${done.applied.length} migrations applied` : "nothing to do: the schema is the newest");
    return done.pending > 0 ? 1 : 0;
  },
});
