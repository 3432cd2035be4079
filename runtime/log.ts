import { pino, type Logger } from "pino";
import type { Finding } from "./findings.js";

export type Log = Logger;

const levels = ["debug", "info", "warn", "error", "silent"];

/** Says when SLUICE_LOG names no level. */
export function logLevelFindings({ SLUICE_LOG: level }: NodeJS.ProcessEnv): readonly Finding[] {
  if (!level || levels.includes(level)) return [];
  return [{ where: "SLUICE_LOG", problem: `"${level}" is not a level of the log`, remedy: `use one of ${levels.join(", ")}` }];
}

/** JSON lines on standard error, for what an operator must act on; SLUICE_LOG sets the level. */
export function openLog(service: string, level = process.env.SLUICE_LOG || "info"): Log {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ["*.password", "*.token", "*.secret", "*.authorization", "*.headers.authorization"], censor: "***" },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
