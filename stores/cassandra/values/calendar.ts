const dateForm = /^\d{4}-\d{2}-\d{2}$/;
const momentForm = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const daysIn400Years = 146_097;
const msInDay = 86_400_000;

/** Days from 1970-01-01 to `YYYY-MM-DD` in the Gregorian calendar; null when there is no such day. */
export function dayNumber(text: string): number | null {
  if (!dateForm.test(text)) return null;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day < 1 || day > (monthDays[month - 1] ?? 0) + (leap && month === 2 ? 1 : 0)) return null;
  // Date.UTC reads years below 100 as 19xx. The calendar repeats every 400 years, so a year is used that it reads as it is.
  return Date.UTC(2000 + (year % 400), month - 1, day) / msInDay + (Math.floor(year / 400) - 5) * daysIn400Years;
}

/** Whether the text is a real moment, as a `Row` writes it: `2026-02-28T09:30:00.000001Z`. */
export function isMoment(text: string): boolean {
  return momentForm.test(text) && dayNumber(text.slice(0, 10)) !== null;
}
