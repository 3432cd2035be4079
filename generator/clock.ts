/** Microseconds since the Unix epoch: a safe integer until the year 2255. */
export type Micros = number;

export const second = 1_000_000;
export const day = 86_400 * second;
export const year = 365 * day;

/** Writes `2026-02-28T09:30:00.000001Z`: UTC with microseconds. */
export function timestampOf(at: Micros): string {
  return `${new Date(Math.floor(at / 1000)).toISOString().slice(0, 23)}${String(at % 1000).padStart(3, "0")}Z`;
}

/** Writes `2026-02-28`, the day in UTC. */
export function dateOf(at: Micros): string {
  return new Date(Math.floor(at / 1000)).toISOString().slice(0, 10);
}

/** Midnight UTC of that day. */
export function midnight(at: Micros): Micros {
  return at - (at % day);
}
