import type { Filled, FillOptions, Streamed, StreamOptions } from "../generator/main.js";
import type { Output } from "./output.js";

/**
 * Fills an empty database, or completes an interrupted fill, and shows a bar. A database that has rows is refused when `must`, else left as
 * it is.
 */
export async function fillDatabase(options: FillOptions, out: Output, signal: AbortSignal, must: boolean): Promise<Filled | null> {
  const { fill, fillState } = await import("../generator/main.js");
  const state = await fillState(options.mysql);
  if (!must && state === "filled") {
    out.say("generator: the database has rows already; nothing filled");
    return null;
  }
  if (state === "interrupted") out.say("generator: an earlier fill was interrupted; completing it");
  const bar = out.bar("fill  ", options.rows, "rows");
  const filled = await fill(options, signal, ({ done }) => bar.at(done)).finally(() => bar.end());
  const rows = filled.rows.toLocaleString("en");
  out.say(filled.complete ? `generator: ${rows} rows in ${filled.seconds.toFixed(1)} s`
    : `generator: interrupted after ${rows} of ${options.rows.toLocaleString("en")} rows; the next fill completes it`);
  return filled;
}

/** Trades until the signal aborts or `transactions` are done; a bar when their number is known. */
export async function streamToDatabase(options: StreamOptions, out: Output, signal: AbortSignal): Promise<Streamed> {
  const { stream } = await import("../generator/main.js");
  const bar = options.transactions === undefined ? null : out.bar("stream", options.transactions, "transactions");
  const streamed = await stream({ ...options, onAway: sayAway(out) }, signal, ({ done }) => bar?.at(done)).finally(() => bar?.end());
  const { inserted, updated, deleted } = streamed.rows;
  out.say(
    `generator: ${streamed.transactions} transactions at ${streamed.rate.toFixed(1)}/s; rows ${inserted} inserted, ${updated} updated, `
      + `${deleted} deleted`,
  );
  return streamed;
}

/** Says when MySQL is away, and when it answers again. */
export function sayAway(out: Output): (error: string | null) => void {
  return (error) => out.say(
    error === null ? "generator: MySQL answers again" : `generator: MySQL does not answer; trying again until it does (${error})`,
  );
}
