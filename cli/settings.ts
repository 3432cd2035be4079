import { z } from "zod";
import type { Setting } from "../runtime/settings.js";

/** Where engines, embedded stores, keys and logs of this machine live; every command has it. */
export const dataDir: Setting<string> = {
  env: "SLUICE_DATA_DIR",
  placeholder: "folder",
  description: "folder for engines, the embedded store, development keys and logs (default: .sluice)",
  schema: z.string().default(".sluice"),
};
