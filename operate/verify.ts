import { randomUUID } from "node:crypto";
import type { NamedStore } from "../stores/named.js";
import type { Store } from "../stores/ports.js";
import type { Repairer } from "../sync/verify/comparing/repairer.js";
import type { Report } from "../sync/verify/report/report.js";
import type { RoundResult } from "../sync/verify/schedule.js";
import { openRepairers } from "./repair.js";
import { catalogOfStores, withStores } from "./stores.js";

export interface VerifyOptions {
  readonly mysql: URL;
  readonly stores: readonly NamedStore[];
  /** 0 compares at once. */
  readonly waitMs: number;
  readonly rowsPerSecond?: number | null;
  readonly allowMinimalMetadata?: boolean;
  /** Set when what differs is repaired: the data folder, which holds the audit file and says where sync runs. */
  readonly repairIn?: string;
  readonly onProgress?: (read: number, total: number) => void;
}

/** Compares MySQL with the stores. It waits first until they hold everything committed up to now. */
export async function verifyStores(
  { mysql, stores: named, repairIn, allowMinimalMetadata, ...rest }: VerifyOptions, signal: AbortSignal,
): Promise<Report> {
  const { openMysqlSource } = await import("../sync/mysql/source.js");
  const { mustAnswer } = await import("../sync/mysql/preflight/preflight.js");
  const { verify } = await import("../sync/verify/verify.js");
  await mustAnswer(mysql);
  return await withStores(named, async (stores) => {
    const catalog = await catalogOfStores(stores, rest.waitMs, signal);
    // To the server, two readers of one name are one, so each verify has a name of its own.
    await using source = openMysqlSource(mysql, catalog, `verify ${randomUUID()}`, signal, { allowMinimalMetadata });
    await using opened = repairIn === undefined ? null : await openRepairers(named, stores, catalog, repairIn, signal);
    const repairers: ReadonlyMap<Store, Repairer> = opened?.repairers ?? new Map();
    return await verify({ source, stores, catalog, repairers, ...rest }, signal);
  });
}

export interface RoundOptions {
  /** From the beginning of one round to that of the next. */
  readonly everyMs: number;
  /** Of /metrics, /health and /live on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  listening(url: string): void;
  ended(result: RoundResult): Promise<void>;
}

/** Verifies in rounds until `signal` aborts. */
export async function verifyInRounds(what: VerifyOptions, rounds: RoundOptions, signal: AbortSignal): Promise<void> {
  const { runRounds } = await import("../sync/verify/schedule.js");
  await runRounds({ ...rounds, round: (end) => verifyStores(what, end) }, signal);
}
