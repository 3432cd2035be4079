import { type KindOf, orderedDigits } from "../kind.js";

export interface DecimalType { readonly kind: "decimal"; readonly precision: number; readonly scale: number }

export const decimal: KindOf<DecimalType> = {
  value: "a text with exactly `scale` digits after the point, up to 65 digits in all and 30 after the point",
  columns: "DECIMAL, NUMERIC",
  type: { kind: "decimal", precision: 10, scale: 2 },
  example: "12.50",
  check({ precision, scale }) {
    const whole = precision > scale ? `(?:0|[1-9]\\d{0,${precision - scale - 1}})` : "0";
    const form = new RegExp(`^(?!-0(?:\\.0+)?$)-?${whole}${scale > 0 ? `\\.\\d{${scale}}` : ""}$`);
    return (value) => typeof value === "string" && form.test(value);
  },
  // The point stands at the same place in all values of a type.
  sortKey: ({ precision }) => (value) => orderedDigits(String(value).replace(".", ""), precision + 1),
};
