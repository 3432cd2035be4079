import { asText, type KindOf } from "../kind.js";
import { dated, type Zeros } from "./calendar.js";

export interface DatetimeType extends Zeros { readonly kind: "datetime" }

export const datetime: KindOf<DatetimeType> = {
  value: "`YYYY-MM-DDTHH:MM:SS.ffffff`: what a clock shows, in no zone",
  columns: "DATETIME",
  type: { kind: "datetime" },
  example: "2026-02-28T09:30:00.000001",
  check: dated(/^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}$/),
  sortKey: asText,
};
