import { z } from "zod";
import { listOf, wholeNumber } from "../../../runtime/values.js";
import { command } from "../../command.js";
import { table } from "../../output.js";
import { dataDir } from "../../settings.js";

export const faults = command({
  name: "faults",
  description: "Random histories of writes and faults on engines of their own; each ends with every store compared with what was written.",
  settings: {
    dataDir,
    seed: {
      env: "SLUICE_FAULTS_SEED", placeholder: "number",
      description: "seed of the first history; each next has the next number (default: 1)",
      schema: wholeNumber(0, 2 ** 31).default(1),
    },
    minutes: {
      env: "SLUICE_FAULTS_MINUTES", placeholder: "minutes", description: "no history begins after this; one is always run (default: 1)",
      schema: z.string().regex(/^\d+(\.\d+)?$/, "a number is wanted").default("1").transform(Number),
    },
    stores: {
      env: "SLUICE_FAULTS_STORES", placeholder: "names",
      description: "embedded, cassandra, elasticsearch, comma-separated (default: all three)",
      schema: z.string().default("embedded,cassandra,elasticsearch").pipe(listOf(z.enum(["embedded", "cassandra", "elasticsearch"]))),
    },
  },
  startsEngines: true,
  exitCodes: {
    0: "After every history each store equals what was written.",
    1: "After a history a store differs.",
  },
  async run(config, { out, signal }) {
    const { runFaults } = await import("../../../faults/main.js");
    const histories = await runFaults({
      ...config,
      onProgress: out.say,
      onHistory: ({ seed, deviations, seconds, faults: struck, log }) => {
        out.say(
          `history ${seed}: ${seconds.toFixed(1)} s, ${Object.values(struck).reduce((sum, count) => sum + count, 0)} faults, `
            + `${deviations.length === 0 ? "equal" : "DIFFERS"}`,
        );
        if (deviations.length > 0) out.say(
          [...deviations.slice(0, 10), `log: ${log}; again: npm run faults -- --seed ${seed}`].map((line) => `  ${line}`).join("\n"),
        );
      },
    }, signal);
    const rows = histories.map(({ seed, faults: struck, transactions, rows: written, deadLetters, catchUpMs, deviations }) => [
      seed, Object.entries(struck).map(([name, count]) => (count > 1 ? `${count} ${name}` : name)).join(", "), transactions, written,
      deadLetters,
      `${(catchUpMs / 1000).toFixed(1)} s`, deviations.length === 0 ? "equal" : `${deviations.length} differ`,
    ]);
    out.result(histories, table(["seed", "faults", "transactions", "rows", "letters", "catch-up", "verdict"], rows));
    return histories.every(({ deviations }) => deviations.length === 0) ? 0 : 1;
  },
});
