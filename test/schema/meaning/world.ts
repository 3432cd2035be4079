import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Finding, PreflightFailed } from "../../../runtime/findings.js";
import type { FieldType } from "../../../schema/fields.js";
import { compile } from "../../../schema/meaning/compile.js";
import { readAsFarAsPossible } from "../../../schema/meaning/read.js";
import type { ColumnShape, ForeignKey, Shape, TableShape } from "../../../schema/shape.js";

/** What a mistake adds to a catalog that is good without it. Each table of a mistake is its own, so that mistakes can stand together. */
export interface Planted {
  readonly tables?: readonly TableShape[];
  readonly files?: Readonly<Record<string, string>>;
  /** Lines of catalog.yaml: below `classes`, below `roles`, within `tables`, and at its end. */
  readonly classes?: string;
  readonly roles?: string;
  readonly include?: string;
  readonly exclude?: string;
  readonly top?: string;
}

export const key = (to: string, ...columns: string[]): ForeignKey => (
  { columns, to, toColumns: to === "pair" ? ["a", "b"] : ["id"] });

export function column(name: string, type: FieldType | null, more: Partial<ColumnShape> = {}): ColumnShape {
  return { name, type, nullable: false, comment: "", declared: type?.kind ?? "a type of tomorrow", ...more };
}

/** A table with a column of each sort that a mistake may be about. */
export function table(name: string, more: Partial<TableShape> = {}): TableShape {
  return {
    name, comment: "", key: ["id"], foreignKeys: [key("customer", "customer_id"), key("supplier", "supplier_id")],
    columns: [
      column("id", { kind: "int32" }), column("customer_id", { kind: "int32" }),
      column("supplier_id", { kind: "int32" }, { nullable: true }),
      column("title", { kind: "string", maxLength: 50 }), column("note", { kind: "string", maxLength: 50 }, { nullable: true }),
      column("price", { kind: "decimal", precision: 12, scale: 2 }), column("made_on", { kind: "date" }),
      column("a", { kind: "int32" }), column("b", { kind: "int32" }), column("secret", { kind: "string", maxLength: 50 }),
    ],
    ...more,
  };
}

const party = (name: string) => table(name, { foreignKeys: [] });
const good: Shape = { tables: [
  party("customer"), party("supplier"), table("sale"),
  table("pair", { key: ["a", "b"], columns: [column("a", { kind: "int32" }), column("b", { kind: "int32" })], foreignKeys: [] }),
] };

const goodFiles: Readonly<Record<string, string>> = {
  "customer.yaml": `owner: { scopes: { customer: { field: id } } }
fields: { id: public, title: public, secret: { keep: false } }
search: [title]
`,
  "supplier.yaml": "owner: referenced\nfields: { id: public }\n",
  "pair.yaml": "owner: everyone\n",
  "sale.yaml": `# What was sold.
owner: { scopes: { customer: { through: [customer] }, supplier: { field: supplier_id } } }
fields:
  id: { class: public, description: Identifies the sale. }
  made_on: { class: internal, zero-dates: text }
references:
  - { fields: [a, b], to: pair, name: both }
lookups:
  - { name: sales, by: customer_id, order: made_on desc }
  - { name: salesByTitle, by: customer_id, order: title asc }
`,
};

function catalogFile({ classes = "", roles = "", include, exclude, top = "" }: Planted): string {
  const tables = include || exclude ? `tables: {${[["include", include], ["exclude", exclude]].filter(([, names]) => names)
    .map(([part, names]) => ` ${part}: [${names}]`).join(",")} }\n` : "";
  return `classes:
  public: For all.
  internal: For us.
${classes}roles:
  customer: { description: A customer., reads: [public], rows: { claim: customer_id, of: customer } }
  supplier: { description: A supplier., reads: [public], rows: { claim: supplier_id, of: supplier } }
  administrator: { description: All., reads: all, rows: all }
${roles}${tables}${top}`;
}

/** The files and tables of a good catalog with these mistakes in it. */
export function worldOf(planted: readonly Planted[]): { readonly files: Readonly<Record<string, string>>; readonly shape: Shape } {
  const lines = (part: "classes" | "roles" | "top") => planted.map((each) => each[part] ?? "").join("");
  const list = (part: "include" | "exclude") => planted.flatMap((each) => each[part] ?? []).join(", ");
  return {
    files: {
      ...goodFiles, ...Object.assign({}, ...planted.map(({ files }) => files)) as Record<string, string>,
      "catalog.yaml": catalogFile({
        classes: lines("classes"), roles: lines("roles"), include: list("include"), exclude: list("exclude"), top: lines("top"),
      }),
    },
    shape: { tables: [...good.tables, ...planted.flatMap(({ tables = [] }) => tables)] },
  };
}

export function writeFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-catalog-"));
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Everything that is found in a folder beside these tables. */
export async function findingsIn(folder: string, shape: Shape): Promise<readonly Finding[]> {
  try {
    compile(await readAsFarAsPossible(folder), shape);
    return [];
  } catch (error) {
    if (error instanceof PreflightFailed) return error.findings;
    throw error;
  }
}

/** `sale.yaml:3:7`, where the text first stands in the file, or what comes behind the | in it. */
export function placeOf(files: Readonly<Record<string, string>>, file: string, text: string): string {
  const start = files[file]!.indexOf(text.replace("|", ""));
  if (start < 0) throw new Error(`${text} does not stand in ${file}`);
  const lines = files[file]!.slice(0, start + Math.max(0, text.indexOf("|"))).split("\n");
  return `${file}:${lines.length}:${lines.at(-1)!.length + 1}`;
}
