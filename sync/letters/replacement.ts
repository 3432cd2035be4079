import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import { type Entity, type Key, keyOf, keyText, type Row } from "../../schema/entity.js";
import type { Field, Value } from "../../schema/fields.js";
import { checkOf, kindOf } from "../../schema/kinds/kinds.js";

/**
 * Makes a whole row from what a person wrote as JSON, in the catalog's own spelling (`schema/kinds/`). Fields left out come from `base`.
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
    const problem = row[name] === undefined ? "is missing, and MySQL's own row cannot be read"
      : whyUnheld(entity.fields[name]!, row[name]!);
    if (problem) findings.push(wrong(`${name} ${problem}`, `give it as ${spelling(entity.fields[name]!)}`));
  }
  if (findings.length === 0 && keyText(keyOf(entity, row)) !== keyText(key)) findings.push(
    wrong("it has another key", "leave the key as it is"),
  );
  if (findings.length > 0) throw new PreflightFailed(findings);
  return Object.fromEntries(names.map((name) => [name, row[name]!]));
}

/** How a value of the field is written: what it is, and an example. */
function spelling({ type }: Field): string {
  const { value, example } = kindOf(type);
  return type.kind === "choice" || type.kind === "set" ? `${value}: ${type.values.join(", ")}` : `${value}: ${JSON.stringify(example)}`;
}

function whyUnheld(field: Field, value: Value): string | null {
  if (value === null) return field.nullable ? null : "cannot be null";
  return checkOf(field.type)(value) ? null : `is ${JSON.stringify(value)}`;
}
