import { fillSettings, streamSettings } from "../../../generator/settings.js";
import { syncSettings } from "../../../sync/settings.js";
import { command } from "../../command.js";
import { fillDatabase, streamToDatabase } from "../../generating.js";

export const generate = command({
  name: "generate",
  description: "Fill an empty operational database with believable rows, then trade at a steady rate.",
  settings: { mysql: syncSettings.mysql, ...fillSettings, ...streamSettings },
  words: { name: "part", description: "only this part; both when left out", choices: ["fill", "stream"] },
  exitCodes: { 0: "The fill and the stream came to their end, or a signal ended them." },
  async run(config, { signal, out, words: [part] }) {
    const results: Record<string, unknown> = {};
    if (part !== "stream") results.filled = await fillDatabase(config, out, signal, part === "fill");
    if (part !== "fill" && !signal.aborted) results.streamed = await streamToDatabase(config, out, signal);
    out.result(results, "");
  },
});
