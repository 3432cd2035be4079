/**
 * What becomes of the dates that MySQL takes and no calendar has: `0000-00-00`, dates without month or day, February 30.
 * `text` keeps them as they are, `null` makes them null. Without a word they are refused.
 */
export interface Zeros { readonly zeros?: "text" | "null" }

const ZERO = 48;
const days = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a text begins with a day of the calendar, as `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const month = (text.charCodeAt(5) - ZERO) * 10 + text.charCodeAt(6) - ZERO;
  const day = (text.charCodeAt(8) - ZERO) * 10 + text.charCodeAt(9) - ZERO;
  if (day === 0 || !(month >= 1 && month <= 12)) return false;
  if (day <= days[month]!) return true;
  const year = Number(text.slice(0, 4));
  return day === 29 && month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Makes the check for texts of this form that begin with a date. */
export function dated(form: RegExp): (type: Zeros) => (value: unknown) => boolean {
  return ({ zeros }) => (value) => typeof value === "string" && form.test(value) && (zeros === "text" || isDay(value));
}
