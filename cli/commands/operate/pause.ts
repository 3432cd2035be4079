import { PreflightFailed } from "../../../runtime/findings.js";
import type { Command } from "../../command.js";
import { command } from "../../command.js";
import { table } from "../../output.js";
import { requireSync } from "../../running-sync.js";
import { dataDir } from "../../settings.js";

export const pause = pausing(
  "pause", "Have pipelines of the running sync read no more; what is being written is settled, the position stored and held.",
);
export const drain = pausing("drain", "The same, but what has been read is written first: for before a store is backed up or taken down.");
export const resume = pausing("resume", "Have paused or drained pipelines go on from where they are, and those that failed try again.");

function pausing(name: "pause" | "drain" | "resume", description: string): Command {
  return command({
    name,
    description,
    settings: { dataDir },
    words: { name: "pipeline", description: "names as `sluice status` shows them (default: all)", many: true },
    async run({ dataDir: folder }, { words, out }) {
      const sync = await requireSync(folder);
      const names = (await sync.status()).map(({ pipeline }) => pipeline);
      const unknown = words.filter((word) => !names.includes(word));
      if (unknown.length > 0) {
        throw new PreflightFailed(
          unknown.map((word) => ({ where: name, problem: `no pipeline is named "${word}"`, remedy: `name one of ${names.join(", ")}` })),
        );
      }
      const asked = await Promise.all((words.length > 0 ? words : names).map((pipeline) => sync.ask(pipeline, name)));
      const still = name === "resume" ? "" : ", still settling what is being written";
      const rows = asked.map(({ done, status }) => [
        status.pipeline, done ? status.state : `${status.state}${still}${status.error ? ` (${status.error})` : ""}`,
      ]);
      out.result(asked.map(({ done, status }) => ({ done, ...status })), table(["pipeline", "state"], rows));
      return asked.every(({ done }) => done) ? 0 : 1;
    },
  });
}
