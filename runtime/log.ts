import { pino, type Logger } from "pino";

export type Log = Logger;

/** JSON lines on standard error, for what an operator must act on; SLUICE_LOG sets the level. */
export function openLog(service: string, level = process.env.SLUICE_LOG ?? "info"): Log {
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
