import { z } from "zod";
import { catalogForm, entityForm } from "../../schema/meaning/forms.js";
import { code, type Page, table } from "./markdown.js";

/** The part of a JSON Schema that the page reads. */
interface Form {
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Form>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Form | boolean;
  readonly items?: Form;
  readonly anyOf?: readonly Form[];
}

/** Everything that may stand in the files of a catalog, from the forms that check them. */
export function catalogFilesPage(): Page {
  return {
    file: "catalog-files.md", title: "Files of a catalog", about: "everything that may stand in the YAML files of a catalog folder",
    body: `A catalog is a folder: \`catalog.yaml\`, and a file for each table. \`catalogs/totesys/\` is an example.
\`sluice introspect\` makes one from a live database, and \`sluice catalog check\` holds it against one. Editors that know JSON Schema
complete and check the files by the schemas in \`catalogs/\`, which the first line of each file names.

In the tables *name* stands for a name of yours, and *n* for a place in a list.

## catalog.yaml

${tableOf(catalogForm)}

## A file for a table

The file is called like the table, such as \`sales_order.yaml\`.

${tableOf(entityForm)}`,
  };
}

function tableOf(form: z.ZodType): string {
  const rows = rowsOf(z.toJSONSchema(form, { io: "input" }) as Form, "", false);
  return table(["what", "value", "must be there", "meaning"], rows);
}

type Cells = readonly string[];

/** A row for what stands at `path`, and one for each that may stand below it. */
function rowsOf(form: Form, path: string, isRequired: boolean): readonly Cells[] {
  const own = path === "" ? [] : [[code(path), valueOf(form), isRequired ? "yes" : "", form.description ?? ""]];
  return [...own, ...below(form, path)];
}

function below({ properties = {}, required = [], additionalProperties: each, items, anyOf = [] }: Form, path: string): readonly Cells[] {
  const within = (name: string) => (path === "" ? name : `${path}.${name}`);
  return [
    ...Object.entries(properties).flatMap(([name, form]) => rowsOf(form, within(name), required.includes(name))),
    ...(typeof each === "object" ? branches(each, within("<name>")) : []),
    ...(items ? branches(items, `${path}[<n>]`) : []),
    ...anyOf.flatMap((form) => below(form, path)),
  ].filter(([what], i, all) => all.findIndex(([other]) => other === what) === i);
}

/** A plain text needs no row of its own: the value around it says so. */
function branches(form: Form, path: string): readonly Cells[] {
  return isPlain(form) ? [] : below(form, path);
}

function isPlain({ properties, anyOf, items, additionalProperties }: Form): boolean {
  return !properties && !anyOf && !items && typeof additionalProperties !== "object";
}

function valueOf(form: Form): string {
  const { anyOf, items, additionalProperties: each } = form;
  if (anyOf) return [...new Set(anyOf.map(valueOf))].join(", or ");
  if (form.const !== undefined) return code(String(form.const));
  if (form.enum) return form.enum.map((one) => code(String(one))).join(", ");
  if (items) return isPlain(items) ? "a list of texts" : "a list of maps";
  if (typeof each === "object") return `a map from names of yours to ${plural(valueOf(each))}`;
  if (form.properties) return `a map with ${Object.keys(form.properties).map(code).join(", ")}`;
  return form.type === "string" ? "a text" : form.type ?? "any";
}

function plural(value: string): string {
  return value === "a text" ? "texts" : value.startsWith("a map with") ? "maps" : value;
}
