import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { z } from "zod";
import { wholeNumber } from "../../../runtime/values.js";
import { command } from "../../command.js";
import { dataDir } from "../../settings.js";
import { openWorkspace, placeSettings } from "../../workspace/workspace.js";

/** Each with the stores it fills. */
const benches = { cdc: [], sync: ["cassandra", "elasticsearch"], snapshot: ["embedded"] } as const;

export const bench = command({
  name: "bench",
  description: "Measure Sluice beside a peer in the same run; what counts are the ratios.",
  settings: {
    mysql: placeSettings.mysql,
    dataDir,
    scale: {
      env: "SLUICE_BENCH_SCALE", placeholder: "factor", description: "size of the workloads, 1 is the published one (default: 1)",
      schema: z.string().regex(/^\d+(\.\d+)?$/, "a positive number is wanted").default("1"),
    },
    rows: {
      env: "SLUICE_BENCH_ROWS", placeholder: "rows",
      description: "rows of the table that the snapshot bench copies, times the scale (default: 5000000)",
      schema: wholeNumber(1_000, 100_000_000).default(5_000_000),
    },
  },
  startsEngines: true,
  words: { name: "bench", description: "what to measure", choices: Object.keys(benches) },
  exitCodes: {
    0: "The bench ran to its end.",
    1: "The bench failed, or what it copied is not equal.",
  },
  async run({ mysql, dataDir: folder, scale, rows }, { words: [name = "cdc"], out, signal }) {
    // Engines of its own: a bench leaves nothing in the data of `start`.
    const stores = benches[name as keyof typeof benches];
    await using place = await openWorkspace({
      mysql, stores: stores.map((item) => ({ name: null, item })), keep: false, fresh: true, dataDir: resolve(folder, "bench"),
    }, out, signal);
    const args = [
      join(__dirname, "..", "..", "..", "bench", `${name}.js`), "--mysql", new URL("/", place.mysql).href, "--scale", scale,
      ...(stores.length > 0 ? ["--stores", place.stores.map(({ url }) => url.href).join(",")] : []), ...(out.json ? ["--json"] : []),
      ...(name === "snapshot" ? ["--rows", String(rows)] : []),
    ];
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    signal.addEventListener("abort", () => child.kill(), { once: true });
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? 1;
  },
});
