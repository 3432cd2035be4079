/**
 * Dates and times as text. Formats: "Date and Time Data Type Representation" (MySQL internals) and my_time.cc:
 * packed, big endian, sign as an offset, so that bytes sort like values. Zero and partial dates are kept as they are.
 */
export const D2 = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, "0"));
export const D3 = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, "0"));

export const DOT_D2 = D2.map((digits) => `.${digits}`);
export const DOT_D3 = D3.map((digits) => `.${digits}`);
const HOUR_MINUTE = Array.from({ length: 24 * 60 }, (_, n) => `${D2[Math.floor(n / 60)]}:${D2[n % 60]}:`);

function d4(n: number): string {
  return n < 1000 ? `0${D3[n]}` : String(n);
}

function calendar(year: number, month: number, day: number): string {
  return `${d4(year)}-${D2[month]}-${D2[day]}`;
}

/** DATE: day 5 bits, month 4, year 14. */
export function date(packed: number): string {
  return calendar(packed >> 9, (packed >> 5) & 15, packed & 31);
}

/**
 * Reads the 40 bits of DATETIME: sign 1, year*13+month 17, day 5, hour 5, minute 6, second 6.
 * `high` holds the first 3 bytes, `low` the last 2.
 */
export function datetime(high: number, low: number): string {
  // 17 + 5 bits of year, month and day, then the first bit of the hour.
  const day = (high & 0x7fffff) >> 1, slot = day & (DAYS - 1);
  if (dayKeys[slot] !== day) {
    dayKeys[slot] = day;
    const yearMonth = day >> 5;
    dayTexts[slot] = `${calendar(Math.floor(yearMonth / 13), yearMonth % 13, day & 31)} `;
  }
  return dayTexts[slot]! + clock(((high & 1) << 4) | (low >> 12), (low >> 6) & 63, low & 63);
}

/** Remembers the texts of days: most values of a log lie within a few years. */
const DAYS = 1024;
const dayKeys = new Int32Array(DAYS).fill(-1), dayTexts = new Array<string>(DAYS).fill("");

/** Seconds since 1970 as UTC; 0 is MySQL's zero timestamp. */
export function timestamp(seconds: number): string {
  if (seconds === 0) return "0000-00-00 00:00:00";
  const day = Math.floor(seconds / 86_400), rest = seconds - day * 86_400;
  if (day !== lastDay) {
    lastDay = day;
    lastDate = new Date(day * 86_400_000).toISOString().slice(0, 10);
  }
  return `${lastDate} ${clock(Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60)}`;
}
let lastDay = -1, lastDate = "";

/**
 * Reads TIME(digits): 24 bits (sign as an offset, unused 1, hour 10, minute 6, second 6) and the fraction's bytes, together one number.
 * The fraction of a negative time is stored as the complement, so the number is read as a whole before it is cut.
 */
export function time(high: number, fraction: number, digits: number): string {
  const size = 256 ** ((digits + 1) >> 1);
  let value = (high - 0x800000) * size + fraction;
  const sign = value < 0 ? "-" : "";
  value = Math.abs(value);
  const whole = Math.floor(value / size);
  return `${sign}${clock(whole >> 12, (whole >> 6) & 63, whole & 63)}${digits === 0 ? "" : `.${fractionText(value % size, digits)}`}`;
}

/** Writes a stored fraction (hundredths, ten-thousandths or millionths, by its bytes) with the column's digits. */
export function fractionText(stored: number, digits: number): string {
  if (digits === 6) return D3[Math.floor(stored / 1000)]! + D3[stored % 1000]!;
  return String(stored).padStart(((digits + 1) >> 1) * 2, "0").slice(0, digits);
}

function clock(hour: number, minute: number, second: number): string {
  return (hour < 24 && minute < 60 ? HOUR_MINUTE[hour * 60 + minute]! : `${hour < 100 ? D2[hour] : hour}:${D2[minute]}:`) + D2[second];
}

/** DATETIME before MySQL 5.6: the decimal number YYYYMMDDhhmmss. */
export function oldDatetime(value: number): string {
  const day = Math.floor(value / 1_000_000), time = value % 1_000_000;
  return `${calendar(Math.floor(day / 10_000), Math.floor(day / 100) % 100, day % 100)} ${oldClock(time)}`;
}

/** TIME before MySQL 5.6: the decimal number hhhmmss, with its sign. */
export function oldTime(value: number): string {
  return value < 0 ? `-${oldClock(-value)}` : oldClock(value);
}

function oldClock(value: number): string {
  return clock(Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100);
}

/** The packed 64-bit form inside JSON (my_time.cc, TIME_to_longlong_packed): 40 bits and 24 bits of microseconds, signed as a whole. */
export function packedDatetime(packed: bigint): string {
  const bits = packed < 0n ? -packed : packed;
  const whole = Number(bits >> 24n), micros = Number(bits & 0xffffffn);
  return `${datetime(Math.floor(whole / 0x10000), whole & 0xffff)}.${fractionText(micros, 6)}`;
}

export function packedDate(packed: bigint): string {
  return packedDatetime(packed).slice(0, 10);
}

export function packedTime(packed: bigint): string {
  const bits = packed < 0n ? -packed : packed;
  const whole = Number(bits >> 24n);
  return `${packed < 0n ? "-" : ""}${clock(whole >> 12, (whole >> 6) & 63, whole & 63)}.${fractionText(Number(bits & 0xffffffn), 6)}`;
}
