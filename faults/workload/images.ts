import type { Random } from "../../generator/random.js";
import { type Entity, referenceOf, type Row } from "../../schema/entity.js";
import type { Field, Value } from "../../schema/fields.js";
import type { Image } from "./ledger.js";

/** How many keys are drawn for a table: few enough that rows change again. Snapshots of the large tables take several chunks. */
export function spaceOf({ table }: Entity): number {
  return table === "sales_order" || table === "payment" ? 5_000 : 300;
}

/** Draws a key: mostly a small one, sometimes beyond what a JavaScript number holds. */
export function drawKey(of: Entity, random: Random): string {
  const place = random.zipf(spaceOf(of));
  return place % 97 === 0 ? String(9_007_199_254_740_992n + BigInt(place)) : String(place);
}

/** Draws a whole row under this key. `odd` is the share of values that no store may take. */
export function drawImage(of: Entity, key: string, random: Random, odd: number): Image {
  const fields = Object.entries(of.fields);
  return imageOf(of, Object.fromEntries(
    fields.map(([name, field]) => [name, name === of.key[0] ? key : drawValue(of, name, field, random, odd)]),
  ));
}

/** Draws some fields of the row again. Returns the new row and what changed. */
export function redraw(of: Entity, { row }: Image, random: Random, odd: number): { readonly image: Image; readonly changed: Partial<Row> } {
  const names = Object.keys(of.fields).filter((name) => name !== of.key[0]);
  const chosen = ["last_updated", ...Array.from({ length: random.whole(1, 3) }, () => random.pick(names))];
  const changed = Object.fromEntries(chosen.map((name) => [name, drawValue(of, name, of.fields[name]!, random, odd)]));
  return { image: imageOf(of, { ...row, ...changed }), changed };
}

export function imageOf(of: Entity, row: Row): Image {
  return { row, held: Object.entries(of.fields).every(([name, { type }]) => !spoiled[type.kind]?.includes(row[name]!)) };
}

/** MySQL takes these, and no type of the catalog does. */
const spoiled: Readonly<Record<string, readonly Value[]>> = { boolean: [5, -1], date: ["0000-00-00", "2026-02-30"] };

function drawValue(of: Entity, name: string, field: Field, random: Random, odd: number): Value {
  if (field.nullable && random.chance(0.15)) return null;
  if (referenceOf(of, name)) return String(random.zipf(40));
  const wanted = field.type;
  const refused = spoiled[wanted.kind];
  if (refused && random.chance(odd)) return random.pick(refused);
  switch (wanted.kind) {
    case "int64": return random.chance(0.05) ? random.pick(["9223372036854775807", "-9223372036854775808"]) : String(random.whole(0, 1e9));
    case "int32": return random.chance(0.05) ? random.pick([2_147_483_647, -2_147_483_648]) : random.whole(0, 1e5);
    case "decimal": return decimal(wanted.precision, wanted.scale, random);
    case "string": return text(wanted.maxLength, random);
    case "boolean": return random.chance(0.5);
    case "date": return random.chance(0.02) ? random.pick(["1000-01-01", "9999-12-31"]) : day(random);
    case "timestamp": return `${day(random)}T${two(random.whole(0, 23))}:${two(random.whole(0, 59))}:${two(random.whole(0, 59))}`
      + `.${String(random.whole(0, 999_999)).padStart(6, "0")}Z`;
    case "choice": return random.pick(wanted.values);
    default: throw new Error(`no value of kind ${wanted.kind} can be drawn; the workload writes the tables of totesys`);
  }
}

const two = (n: number): string => String(n).padStart(2, "0");
const day = (random: Random): string => `${random.whole(1990, 2040)}-${two(random.whole(1, 12))}-${two(random.whole(1, 28))}`;

function decimal(precision: number, scale: number, random: Random): string {
  const digits = random.chance(0.05) ? "9".repeat(precision) : String(random.whole(0, 99_999_999)).padStart(scale + 1, "0");
  const sign = random.chance(0.1) && /[1-9]/.test(digits) ? "-" : "";
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const words = ["north", "Söder", "naïve", "a\\b", "it's", "100%", "  ", "null", "漢字", "😀", "\0", "\x1a", "\n", "<em>", "zeta", "Zeta"];

function text(maxLength: number, random: Random): string {
  const wanted = random.chance(0.05) ? maxLength : random.whole(0, 24);
  let drawn = "";
  while (drawn.length < wanted) drawn += random.pick(words);
  return [...drawn].slice(0, Math.min(wanted, maxLength)).join("").replace(/[\ud800-\udbff]$/, "");
}
