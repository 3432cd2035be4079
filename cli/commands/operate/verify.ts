import { access, constants } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { VerifyOptions } from "../../../operate/verify.js";
import { PreflightFailed } from "../../../runtime/findings.js";
import { duration, flag, port, wholeNumber } from "../../../runtime/values.js";
import { syncSettings } from "../../../sync/settings.js";
import type { Report } from "../../../sync/verify/report/report.js";
import { command } from "../../command.js";
import type { Output } from "../../output.js";
import { dataDir } from "../../settings.js";
import { writePage } from "../../text/verify-page.js";
import { conclusion, reportText } from "../../text/verify-text.js";

export const verify = command({
  name: "verify",
  description: "Compare every row and lookup entry between MySQL and each store, by checksums, then value by value where these differ. "
    + "Exit code 1 when they differ.",
  settings: {
    mysql: syncSettings.mysql,
    stores: syncSettings.stores,
    dataDir,
    allowMinimalMetadata: syncSettings.allowMinimalMetadata,
    wait: {
      env: "SLUICE_VERIFY_WAIT", placeholder: "seconds",
      description: "wait at most this long for a store to hold what is committed; 0 compares at once, however far the stores are "
        + "(default: 60)",
      schema: wholeNumber(0, 86_400).default(60),
    },
    rate: {
      env: "SLUICE_VERIFY_RATE", placeholder: "rows",
      description: "read at most so many rows a second, from MySQL and from each store (default: as fast as it goes)",
      schema: wholeNumber(100, 10_000_000).optional(),
    },
    repair: {
      env: "SLUICE_VERIFY_REPAIR", description: "write what MySQL has over what differs, also while sync runs; every act is audited",
      schema: flag.default(false),
    },
    report: {
      env: "SLUICE_VERIFY_REPORT", placeholder: "file", description: "write the report as a page for a browser too",
      schema: z.string().min(1).optional(),
    },
    every: {
      env: "SLUICE_VERIFY_EVERY", placeholder: "time",
      description: "verify again and again, a round each 30s, 15m, 1h or 7d, until SIGTERM", schema: duration("1s", "30d").optional(),
    },
    port: {
      env: "SLUICE_VERIFY_PORT", placeholder: "port",
      description: "with --every: port of /metrics, /health and /live on 127.0.0.1; 0 takes a free one (default: 9402)",
      schema: port.default(9402),
    },
  },
  exitCodes: {
    0: "Every store equals MySQL, or nothing differs after `--repair`. With `--every`: a signal stopped it.",
    1: "Something differs, or a store did not catch up within `--wait`.",
  },
  async run(
    { mysql, stores, dataDir: folder, wait, rate, repair, report: file, every, port: operationsPort, allowMinimalMetadata },
    { out, signal },
  ) {
    const what: VerifyOptions = {
      mysql, stores, waitMs: wait * 1000, rowsPerSecond: rate ?? null, allowMinimalMetadata, ...(repair && { repairIn: folder }),
    };
    const page = file === undefined ? null : resolve(file);
    // Before the work, not after it.
    if (page) await access(dirname(page), constants.W_OK).catch((error: Error) => {
      throw new PreflightFailed([
        { where: "--report", problem: error.message, remedy: "name a file in a folder this process may write to" },
      ]);
    });
    if (every === undefined) {
      const report = await withBar(what, out, signal);
      if (page) await writePage(page, report);
      out.result(report, reportText(report));
      if (page) out.say(`report: ${page}`);
      return report.equal ? 0 : 1;
    }
    const { verifyInRounds } = await import("../../../operate/verify.js");
    await verifyInRounds(what, {
      everyMs: every, port: operationsPort,
      listening: (url) => out.say(`verifying every ${every / 1000} s; ${url}/metrics, ${url}/health`),
      async ended(round) {
        if (round.report && page) await writePage(page, round.report);
        const text = round.report ? `${conclusion(round.report)}${round.report.equal ? "" : `\n${reportText(round.report)}`}`
          : `failed: ${round.error}`;
        out.result(round, `${round.startedAt} ${text}`);
      },
    }, signal);
    return 0;
  },
});

async function withBar(what: VerifyOptions, out: Output, signal: AbortSignal): Promise<Report> {
  const { verifyStores } = await import("../../../operate/verify.js");
  let bar: ReturnType<Output["bar"]> | null = null;
  try {
    return await verifyStores({ ...what, onProgress: (read, total) => (bar ??= out.bar("verify", total, "rows")).at(read) }, signal);
  } finally {
    (bar as ReturnType<Output["bar"]> | null)?.end();
  }
}
