import type { Present } from "./kind.js";
import { type FieldType, sortKeyOf } from "./kinds.js";

/** A form of a type's values whose order by code point is MySQL's order of the values, and that leads back to them. */
export interface OrderedText {
  of(value: Present): string;
  valueOf(text: string): string;
}

/** Writes the sort key, which has no space, and then the value: for stores that order such values by their text alone. */
export function orderedText(type: FieldType): OrderedText {
  const order = sortKeyOf(type);
  if (!order) throw new TypeError(`a ${type.kind} has no order that a text could have`);
  return { of: (value) => `${order(value)} ${String(value)}`, valueOf: (text) => text.slice(text.indexOf(" ") + 1) };
}
