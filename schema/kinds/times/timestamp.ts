import { asText, type KindOf } from "../kind.js";
import { dated, type Zeros } from "./calendar.js";

export interface TimestampType extends Zeros { readonly kind: "timestamp" }

export const timestamp: KindOf<TimestampType> = {
  value: "`YYYY-MM-DDTHH:MM:SS.ffffffZ`: a moment in UTC, of one width, so that the order of texts is that of time",
  columns: "TIMESTAMP, and DATETIME where the catalog names its zone",
  type: { kind: "timestamp" },
  example: "2026-02-28T09:30:00.000001Z",
  check: dated(/^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/),
  sortKey: asText,
};
