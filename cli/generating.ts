import type { Filled, FillOptions, Streamed, StreamOptions } from "../generator/main.js";
import type { Output } from "./output.js";

/** Fills an empty database and shows a bar. A database that has rows is refused when `must`, else left as it is. */
export async function fillDatabase(options: FillOptions, out: Output, signal: AbortSignal, must: boolean): Promise<Filled | null> {
  const { fill, isEmpty } = await import("../generator/main.js");
  if (!must && !(await isEmpty(options.mysql))) {
    out.say("generator: the database has rows already; nothing filled");
    return null;
  }
  const bar = out.bar("fill  ", options.rows, "rows");
  const filled = await fill(options, signal, ({ done }) => bar.at(done)).finally(() => bar.end());
  out.say(`generator: ${filled.rows.toLocaleString("en")} rows in ${filled.seconds.toFixed(1)} s`);
  return filled;
}

/** Trades until the signal aborts or `transactions` are done; a bar when their number is known. */
export async function streamToDatabase(options: StreamOptions, out: Output, signal: AbortSignal): Promise<Streamed> {
  const { stream } = await import("../generator/main.js");
  const bar = options.transactions === undefined ? null : out.bar("stream", options.transactions, "transactions");
  const streamed = await stream(options, signal, ({ done }) => bar?.at(done)).finally(() => bar?.end());
  const { inserted, updated, deleted } = streamed.rows;
  out.say(`generator: ${streamed.transactions} transactions at ${streamed.rate.toFixed(1)}/s; rows ${inserted} inserted, ${updated} updated, ${deleted} deleted`);
  return streamed;
}
