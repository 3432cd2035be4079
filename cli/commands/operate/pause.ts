import type { ControlCommand } from "../../../operate/control.js";
import type { Command } from "../../command.js";
import { command } from "../../command.js";
import { table } from "../../output.js";
import { dataDir } from "../../settings.js";

const atRest = { 0: "The pipelines are at rest.", 1: "A store does not answer, so its pipeline still settles what is being written." };

export const pause = controlling(
  "pause", "Have pipelines of the running sync stop reading; what is being written is settled, and the position is stored and kept.",
  atRest,
);
export const drain = controlling(
  "drain", "Like pause, but what has been read is written first: use it before a backup of a store.", atRest,
);
export const resume = controlling(
  "resume", "Have paused or drained pipelines go on from where they are, and those that failed try again.",
  { 0: "The pipelines go on.", 1: "A pipeline that had failed has failed again." },
);

function controlling(name: ControlCommand, description: string, exitCodes: Pick<Command["exitCodes"], 0 | 1>): Command {
  return command({
    name,
    description,
    settings: { dataDir },
    words: { name: "pipeline", description: "names as `sluice status` shows them (default: all)", many: true },
    exitCodes: { ...exitCodes, 2: "No sync of this data folder answers, or it has no pipeline of that name." },
    async run({ dataDir: folder }, { words, out }) {
      const { control } = await import("../../../operate/control.js");
      const controlled = await control(folder, name, words);
      const still = name === "resume" ? "" : ", still settling what is being written";
      const rows = controlled.map(({ done, pipeline, state, error }) => [
        pipeline, done ? state : `${state}${still}${error ? ` (${error})` : ""}`,
      ]);
      out.result(controlled, table(["pipeline", "state"], rows));
      return controlled.every(({ done }) => done) ? 0 : 1;
    },
  });
}
