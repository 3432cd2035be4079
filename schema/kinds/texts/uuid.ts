import type { KindOf } from "../kind.js";

/** How the column has it: as text of 36 characters, as 16 bytes, or as the 16 bytes of UUID_TO_BIN(…, 1), which begin with the time. */
export interface UuidType { readonly kind: "uuid"; readonly stored: "text" | "bytes" | "swapped" }

export const uuid: KindOf<UuidType> = {
  value: "a UUID as a text of 36 characters; lower case, unless the column has text",
  columns: "CHAR(36) and BINARY(16), where the catalog says so",
  type: { kind: "uuid", stored: "bytes" },
  example: "6ccd780c-baba-1026-9564-5b8c656024db",
  check: ({ stored }) => (value) => typeof value === "string" && (stored === "text" ? anyForm : form).test(value),
  sortKey: ({ stored }) => (value) => (stored === "text" ? String(value).toLowerCase() : uuidBytes(stored, String(value))),
};

const form = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const anyForm = new RegExp(form, "i");

/** The bytes of the column, as hexadecimal digits. */
export function uuidBytes(stored: "bytes" | "swapped", text: string): string {
  const [low = "", middle = "", high = "", ...rest] = text.split("-");
  return (stored === "swapped" ? [high, middle, low, ...rest] : [low, middle, high, ...rest]).join("");
}

/** The UUID that the column's bytes stand for; null when there are not 16. */
export function uuidText(stored: "bytes" | "swapped", hex: string): string | null {
  if (hex.length !== 32) return null;
  const part = (from: number, to: number) => hex.slice(from, to);
  const time = stored === "swapped" ? [part(8, 16), part(4, 8), part(0, 4)] : [part(0, 8), part(8, 12), part(12, 16)];
  return [...time, part(16, 20), part(20, 32)].join("-");
}
