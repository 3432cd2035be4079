import type { FieldType } from "../fields.js";
import type { FieldForm } from "./forms.js";

/** What the catalog's files say of a column beyond its class. */
interface Said {
  readonly as: FieldForm["as"];
  /** Whether a DATETIME is a moment, because the clock that fills it has a zone. */
  readonly hasZone: boolean;
  readonly zeros: "text" | "null" | "refuse";
}

/** The type of a field: the column's, or what the files say that the column holds. Text says why that cannot be. */
export function typeAs(column: FieldType, { as, hasZone, zeros }: Said): FieldType | string {
  switch (as) {
    case undefined: return dated(column.kind === "datetime" && hasZone ? { kind: "timestamp" } : column, zeros);
    case "boolean":
      return column.kind === "int32" || column.kind === "boolean" || (column.kind === "bits" && column.length === 1) ? { kind: "boolean" }
        : "which holds no truth value";
    case "uuid": case "uuid-swapped": {
      if (column.kind === "uuid") return column;
      if (column.kind === "bytes" && column.maxLength === 16) return { kind: "uuid", stored: as === "uuid" ? "bytes" : "swapped" };
      return column.kind === "string" && column.maxLength >= 36 && as === "uuid" ? { kind: "uuid", stored: "text" }
        : "which holds no UUID in this form";
    }
    case "moment": return column.kind === "datetime" || column.kind === "timestamp" ? dated({ kind: "timestamp" }, zeros)
      : "which is no DATETIME";
    default: return as satisfies never;
  }
}

function dated(type: FieldType, zeros: Said["zeros"]): FieldType {
  if (zeros === "refuse" || (type.kind !== "date" && type.kind !== "datetime" && type.kind !== "timestamp")) return type;
  return { ...type, zeros };
}
