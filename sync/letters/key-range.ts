import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import type { Entity } from "../../schema/entity.js";
import type { KeyRange } from "../../schema/position.js";

const whole = { int32: 31n, int64: 63n } as const;

/**
 * Reads what a person wrote of the keys of a table: `sales_order_id between 1000 and 2000`, `sales_order_id >= 1000 and
 * sales_order_id < 2000`, `sales_order_id = 7`.
 * The text never reaches a statement. @throws PreflightFailed with what is wrong with it
 */
export function keyRangeOf(entity: Entity, text: string): KeyRange {
  const [name, ...others] = entity.key as [string, ...string[]];
  const { kind } = entity.fields[name]!.type;
  const example = `write "${name} between 1000 and 2000", or bounds such as "${name} >= 1000 and ${name} < 2000"`;
  const fail = (problem: string, remedy: string): never => {
    throw new PreflightFailed([{ where: `--where ${JSON.stringify(text)}`, problem, remedy } satisfies Finding]);
  };
  if (others.length > 0 || (kind !== "int64" && kind !== "int32")) {
    return fail(
      `the key of ${entity.table} (${entity.key.join(", ")}) is not one whole number, so it has no ranges that Sluice can order`,
      "leave --where out: copy the whole table again",
    );
  }

  let [least, greatest] = [-(2n ** whole[kind]), 2n ** whole[kind] - 1n];
  const bounds = boundsOf(text) ?? fail("it is not a key range", example);
  for (const { column, operator, value } of bounds) {
    if (column !== name) fail(`it speaks of ${column}, which is not the key of ${entity.table}`, example);
    const [from, to] = spans[operator](BigInt(value));
    if (from !== null && from > least) least = from;
    if (to !== null && to < greatest) greatest = to;
  }
  if (least > greatest) fail("no key can be in it", example);
  const key = (value: bigint) => [kind === "int32" ? Number(value) : String(value)];
  return { after: key(least - 1n), upTo: key(greatest) };
}

interface Bound {
  readonly column: string;
  readonly operator: keyof typeof spans;
  readonly value: string;
}

/** The least and the greatest key that a bound admits, null where it sets none. */
const spans = {
  "=": (n: bigint) => [n, n], ">": (n: bigint) => [n + 1n, null], ">=": (n: bigint) => [n, null], "<": (n: bigint) => [null, n - 1n],
  "<=": (n: bigint) => [null, n],
} as const satisfies Record<string, (n: bigint) => readonly [bigint | null, bigint | null]>;

/** Reads bounds joined by `and`; null when the text is anything else. */
function boundsOf(text: string): readonly Bound[] | null {
  const simple = text.replace(/([a-z_0-9]+) +between +(-?\d{1,20}) +and +(-?\d{1,20})/gi, "$1 >= $2 and $1 <= $3");
  const bounds = simple.split(/ +and +/i).map((part) => /^ *([a-z_][a-z_0-9]*) *(=|>=|<=|>|<) *(-?\d{1,20}) *$/i.exec(part));
  return bounds.every((bound) => bound !== null) ? bounds.map(([, column, operator, value]) => ({
    column: column!, operator: operator as Bound["operator"], value: value!,
  })) : null;
}
