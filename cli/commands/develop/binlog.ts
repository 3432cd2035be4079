import { z } from "zod";
import { flag } from "../../../runtime/values.js";
import type { BinlogEvent } from "../../../sync/mysql/binlog/event.js";
import { syncSettings } from "../../../sync/settings.js";
import { command } from "../../command.js";

export const binlog = command({
  name: "binlog",
  description: "Print the events of a binary log as sync's reader decodes them: of the server, or of a file.",
  settings: {
    mysql: { ...syncSettings.mysql, schema: syncSettings.mysql.schema.optional() },
    file: {
      env: "SLUICE_BINLOG_FILE", placeholder: "path", description: "a binary log file to read instead of a server",
      schema: z.string().optional(),
    },
    from: {
      env: "SLUICE_BINLOG_FROM", placeholder: "position",
      description: "where to begin on the server: a GTID set already seen, or file:offset (default: what the server still has)",
      schema: z.string().optional(),
    },
    follow: { env: "SLUICE_BINLOG_FOLLOW", description: "go on at the end and wait for more", schema: flag.default(false) },
  },
  words: { name: "what", description: "what to do with it", choices: ["dump"] },
  exitCodes: {
    0: "The log was printed to its end, or a signal ended `--follow`.",
    1: "The log holds something that cannot be decoded, or cannot be read.",
  },
  async run(config, { out, signal }) {
    const { eventJson, printEvent } = await import("../../../sync/mysql/binlog/dump.js");
    const { binlogEvents } = await import("../../binlog-events.js");
    for await (const events of binlogEvents(config, signal)) {
      const lines = events.map((event: BinlogEvent) => (out.json ? eventJson(event) : printEvent(event)));
      // A reader that is slow to print is slow to read: nothing piles up.
      if (lines.length > 0 && !process.stdout.write(`${lines.join("\n")}\n`))
        await new Promise((resolve) => process.stdout.once("drain", resolve));
    }
  },
});
