import type { Value } from "../../../schema/fields.js";
import { isDay, type Zeros } from "../../../schema/kinds/times/calendar.js";
import { Unheld } from "../../../schema/unheld.js";

type Read = (raw: number | bigint | string | Buffer) => Value;

/** Reads DATE. */
export function day({ zeros }: Zeros): Read {
  return (raw) => {
    const text = String(raw);
    return isDay(text) || zeros === "text" ? text : zeros === "null" ? null : refuse(`${text}, which is not a day of the calendar`);
  };
}

/**
 * Reads DATETIME and TIMESTAMP: `YYYY-MM-DD hh:mm:ss[.f]` becomes `YYYY-MM-DDThh:mm:ss.ffffff` and `zone`.
 * `ahead`: by how many minutes the clock that wrote it is ahead of UTC. A date that no calendar has is no moment, and stays as it is.
 */
export function moment({ zeros }: Zeros, zone: "" | "Z", ahead = 0): Read {
  return (raw) => {
    const text = String(raw);
    if (isDay(text)) return ahead === 0 ? spelt(text, zone) : shifted(spelt(text, zone), ahead);
    return zeros === "text" ? spelt(text, zone) : zeros === "null" ? null : refuse(`${text}, which is not a moment of the calendar`);
  };
}

/** Reads TIME, with this many digits after the point, however many the column has. */
export function spanOf(text: string, fraction: number): string {
  const point = text.indexOf(".");
  const [whole, digits] = point < 0 ? [text, ""] : [text.slice(0, point), text.slice(point + 1)];
  if (digits.length === fraction) return text;
  if (digits.length > fraction) refuse(`${text}, which has more than ${fraction} digits after the point`);
  return `${whole}.${digits.padEnd(fraction, "0")}`;
}

const fractions = ["0", "00", "000", "0000", "00000", "000000"];

function spelt(raw: string, zone: "" | "Z"): string {
  const missing = raw.length === 19 ? ".000000" : raw.length < 26 ? fractions[25 - raw.length] : "";
  return `${raw.slice(0, 10)}T${raw.slice(11)}${missing}${zone}`;
}

/** The moment in UTC at which a clock that is `ahead` minutes ahead shows this reading. */
function shifted(reading: string, ahead: number): string {
  const moment = new Date(Date.parse(`${reading.slice(0, 19)}Z`) - ahead * 60_000).toISOString();
  return moment.length === 24 ? `${moment.slice(0, 19)}${reading.slice(19)}`
    : refuse(`${reading}, which in UTC is a year that no store holds`);
}

function refuse(what: string): never {
  throw new Unheld(what);
}
