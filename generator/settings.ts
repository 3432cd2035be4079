import { z } from "zod";
import type { Setting } from "../runtime/settings.js";
import { wholeNumber } from "../runtime/values.js";
import { leastRows } from "./shape.js";

export const seed: Setting<number> = {
  env: "SLUICE_SEED",
  placeholder: "number",
  description: "equal seeds give equal data (default: 1)",
  schema: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(1),
};

/** A setting that stays text for `--help`, and becomes milliseconds since the epoch once read. */
const instant = z.iso.datetime({
  offset: true, message: "an instant is wanted, such as 2026-01-01T00:00:00Z",
}).transform((text) => Date.parse(text));

export const fillSettings = {
  seed,
  rows: {
    env: "SLUICE_ROWS",
    placeholder: "number",
    description: "rows of the initial fill, over all eleven tables (default: 100000)",
    schema: wholeNumber(leastRows, 50_000_000).default(100_000),
  } satisfies Setting<number>,
  until: {
    env: "SLUICE_FILL_UNTIL",
    placeholder: "instant",
    description: "where the history of the initial fill ends (default: 2026-01-01T00:00:00Z)",
    schema: instant.default(Date.UTC(2026, 0, 1)),
  } satisfies Setting<number>,
};

export const streamSettings = {
  seed,
  rate: {
    env: "SLUICE_RATE",
    placeholder: "number",
    description: "business transactions per second of the stream (default: 20)",
    schema: wholeNumber(1, 100_000).default(20),
  } satisfies Setting<number>,
  connections: {
    env: "SLUICE_GENERATOR_CONNECTIONS",
    placeholder: "number",
    description: "connections the stream uses; with more than one, a seed no longer fixes what it does (default: 1)",
    schema: wholeNumber(1, 64).default(1),
  } satisfies Setting<number>,
  transactions: {
    env: "SLUICE_TRANSACTIONS",
    placeholder: "number",
    description: "ends the stream after this many transactions (default: it goes on until it is stopped)",
    schema: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  } satisfies Setting<number | undefined>,
  start: {
    env: "SLUICE_STREAM_START",
    placeholder: "instant",
    description: "the stream's clock begins here and moves by its rate (default: the real time)",
    schema: instant.optional(),
  } satisfies Setting<number | undefined>,
};
