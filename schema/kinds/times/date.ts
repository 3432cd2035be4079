import { asText, type KindOf } from "../kind.js";
import { dated, type Zeros } from "./calendar.js";

export interface DateType extends Zeros { readonly kind: "date" }

export const date: KindOf<DateType> = {
  value: "`YYYY-MM-DD`",
  columns: "DATE",
  type: { kind: "date" },
  example: "2026-02-28",
  check: dated(/^\d{4}-\d\d-\d\d$/),
  sortKey: asText,
};
