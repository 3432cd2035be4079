import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import { type Entity, type Key, keyOf, keyText, type Row } from "../../schema/entity.js";
import type { Field, Value } from "../../schema/fields.js";
import { Unheld } from "../../schema/unheld.js";
import { valueReader } from "../mysql/row/values.js";

/**
 * Makes a whole row from what a person wrote as JSON, in the catalog's own spelling (`schema/fields.ts`). Fields left out come from `base`.
 * @throws PreflightFailed with everything that is wrong with it
 */
export function replacementOf(entity: Entity, key: Key, base: Row, given: unknown): Row {
  const where = `--row, ${entity.table} ${keyText(key)}`;
  const wrong = (problem: string, remedy: string): Finding => ({ where, problem, remedy });
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new PreflightFailed([wrong("it is not a JSON object", 'write fields and values: {"design_name": "Tote"}')]);
  }
  const names = Object.keys(entity.fields);
  const findings = Object.keys(given).filter((name) => !names.includes(name)).map((name) => wrong(
    `${name} is not a field`, `use ${names.join(", ")}`,
  ));
  const row: Record<string, Value> = { ...Object.fromEntries(entity.key.map((name, i) => [name, key[i]!])), ...base, ...given };
  for (const name of names) {
    const problem = row[name] === undefined ? "is missing, and MySQL's own row cannot be read" : whyUnheld(
      name, entity.fields[name]!, row[name]!,
    );
    if (problem) findings.push(wrong(`${name} ${problem}`, `give it as ${shapes[entity.fields[name]!.type.kind].text}`));
  }
  if (findings.length === 0 && keyText(keyOf(entity, row)) !== keyText(key)) findings.push(
    wrong("it has another key", "leave the key as it is"),
  );
  if (findings.length > 0) throw new PreflightFailed(findings);
  return Object.fromEntries(names.map((name) => [name, row[name]!]));
}

const string = (pattern: RegExp) => (value: Value) => typeof value === "string" && pattern.test(value);

/** How each kind is written. The codec says whether it can be held, as for rows of MySQL (invariant 9). */
const shapes: Readonly<Record<Field["type"]["kind"], { readonly text: string; readonly is: (value: Value) => boolean }>> = {
  int64: { text: 'digits in quotes: "42"', is: string(/^(0|-?[1-9]\d{0,18})$/) },
  int32: { text: "a whole number: 42", is: (value) => typeof value === "number" },
  decimal: { text: 'digits in quotes, as many after the point as declared: "12.50"', is: string(/^-?(0|[1-9]\d*)(\.\d+)?$/) },
  string: { text: "a text", is: string(/^/) },
  boolean: { text: "true or false", is: (value) => typeof value === "boolean" },
  date: { text: '"2026-02-28"', is: string(/^\d{4}-\d\d-\d\d$/) },
  timestamp: { text: '"2026-02-28T09:30:00.000001Z"', is: string(/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/) },
  choice: { text: "one of the declared values", is: string(/^/) },
};

function whyUnheld(name: string, field: Field, value: Value): string | null {
  if (value === null) return field.nullable ? null : "cannot be null";
  const { type } = field;
  if (!shapes[type.kind].is(value)) return `is ${JSON.stringify(value)}`;
  if (type.kind === "decimal") {
    const [whole = "", fraction = ""] = String(value).replace("-", "").split(".");
    return fraction.length === type.scale && whole.length <= type.precision - type.scale ? null
      : `is ${value}, which is not DECIMAL(${type.precision},${type.scale})`;
  }
  try {
    const raw = type.kind === "timestamp" ? String(value).replace("T", " ").replace("Z", "")
      : typeof value === "boolean" ? Number(value) : value;
    valueReader(name, field)(raw);
    return null;
  } catch (error) {
    if (error instanceof Unheld) return error.reason.replace(`${name} `, "");
    throw error;
  }
}
