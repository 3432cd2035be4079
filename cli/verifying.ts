import { totesys } from "../schema/totesys/catalog.js";
import type { Store } from "../stores/ports.js";
import { formatDifference, type Report } from "../sync/verify/report.js";
import { table } from "./output.js";

/** Opens every store for reading and hands them over; they are closed again whatever happens. */
export async function withStores<T>(urls: readonly URL[], use: (stores: readonly Store[]) => Promise<T>): Promise<T> {
  const { openStore } = await import("../stores/open.js");
  const stores: Store[] = [];
  try {
    for (const url of urls) stores.push(await openStore(url, totesys));
    return await use(stores);
  } finally {
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  }
}

/** Compares MySQL with the stores; waits first until they hold everything committed up to now. */
export async function verifyStores(mysql: URL, urls: readonly URL[], waitMs: number, signal: AbortSignal): Promise<Report> {
  const { openMysqlSource } = await import("../sync/mysql/source.js");
  const { verify } = await import("../sync/verify/verify.js");
  await using source = openMysqlSource(mysql, totesys, "verify", signal);
  return await withStores(urls, (stores) => verify({ source, stores, catalog: totesys, waitMs }, signal));
}

export function reportText(report: Report): string {
  const rows = report.tables.map(({ store, table: of, rows: compared, entries, differences }) => [store, of, compared, entries, differences === 0 ? "equal" : `${differences} differ`]);
  const shown = report.differences.slice(0, 20).map((difference) => `  ${formatDifference(difference)}`);
  const more = report.differences.length > shown.length ? [`  and more; --json shows the first ${report.differences.length}`] : [];
  return [table(["store", "table", "rows", "entries", "verdict"], rows), ...shown, ...more].join("\n");
}
