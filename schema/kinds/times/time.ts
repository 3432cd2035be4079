import { type KindOf, orderedDigits } from "../kind.js";

export interface TimeType { readonly kind: "time"; readonly fraction: number }

export const time: KindOf<TimeType> = {
  value: "a time of day or a span of time as MySQL prints it, -838:59:59 to 838:59:59, with `fraction` digits after the point",
  columns: "TIME",
  type: { kind: "time", fraction: 6 },
  example: "-12:34:56.000001",
  check({ fraction }) {
    const form = new RegExp(`^-?(?:\\d\\d|[1-7]\\d\\d|8[0-2]\\d|83[0-8]):[0-5]\\d:[0-5]\\d${fraction > 0 ? `\\.\\d{${fraction}}` : ""}$`);
    return (value) => typeof value === "string" && form.test(value)
      && !/^-?838:59:59\.\d*[1-9]/.test(value) && !/^-00:00:00(?:\.0*)?$/.test(value);
  },
  // Three digits of hours at most, two of minutes and of seconds, then the fraction.
  sortKey: ({ fraction }) => (value) => orderedDigits(String(value).replace(/[:.]/g, ""), 7 + fraction),
};
