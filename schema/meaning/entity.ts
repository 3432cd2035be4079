import type { Finding } from "../../runtime/findings.js";
import type { Entity, Lookup, Owner, Reference } from "../entity.js";
import type { Field, FieldType } from "../fields.js";
import { fieldName, referenceName } from "../names.js";
import { own } from "../own.js";
import { type Policy, unclassified } from "../policy.js";
import type { ColumnShape } from "../shape.js";
import { typeAs } from "./as.js";
import { type Followed, keyless, keyOf } from "./followed.js";
import type { EntityForm, FieldForm, OwnerForm } from "./forms.js";
import { nearest } from "./nearest.js";
import type { Meaning, Path } from "./read.js";

interface Around {
  readonly meaning: Meaning;
  readonly policy: Policy;
  readonly followed: readonly Followed[];
}

/** Kinds whose texts a search can look into. */
const searchable: ReadonlySet<FieldType["kind"]> = new Set(["string", "int64"]);

/** One table's entity. What does not fit goes into `findings`; then what is returned is not whole. */
export function entityOf({ table, shape, source }: Followed, around: Around, findings: Finding[]): Entity {
  const said = source?.said ?? {};
  const say = (path: Path, problem: string, remedy: string) => {
    findings.push({ where: source?.at(path) ?? `table ${table}`, problem: source ? problem : `${table}: ${problem}`, remedy });
  };
  const classes = Object.keys(around.policy.classes);
  const isUnknown = classes.length === 0 && around.meaning.catalog.mistaken.has("classes");
  const columns = new Map(shape.columns.map((column) => [column.name, column]));
  const forms = Object.fromEntries(Object.entries(said.fields ?? {}).map(([name, form]) => [
    name, typeof form === "string" ? { class: form } : form,
  ]));
  const isMistaken = (part: string) => source?.mistaken.has(part) ?? false;
  const mustBeKept = (name: string, path: Path, what: string): boolean => {
    const problem = !columns.has(name) ? `${what} names ${name}, which is no column of ${table}${nearest(name, [...columns.keys()])}`
      : own(forms, name)?.keep === false ? `${what} names ${name}, which never leaves MySQL (keep: false)` : null;
    if (problem) say(path, problem, "name a column that is kept");
    return problem === null;
  };

  if (shape.isView) say([], `${table} is a view, which has no log of its own`, "remove the file; follow the tables that the view reads");
  for (const name of Object.keys(forms)) if (!columns.has(name)) say(
    ["fields", name], `there is no column ${name} in ${table}${nearest(name, [...columns.keys()])}`, "correct the name, or remove it",
  );
  const kept: [string, Field][] = [];
  for (const column of shape.columns) {
    const form: FieldForm = own(forms, column.name) ?? {};
    if (form.keep === false) continue;
    const type = typeOf(column, form, around.meaning, (path, problem, remedy) => {
      if (!isMistaken("fields") || path.length > 0) say(["fields", column.name, ...path], problem, remedy);
    });
    if (type) kept.push([column.name, fieldOf(column, form, type)]);
    if (form.class !== undefined && !isUnknown && !classes.includes(form.class)) say(
      ["fields", column.name, "class"],
      `${column.name} has the class ${form.class}, which catalog.yaml does not have${nearest(form.class, classes)}`,
      `give it one of ${classes.join(", ") || "the classes of catalog.yaml; there are none"}`,
    );
  }

  const fields = Object.fromEntries(kept);
  const key = said.key ?? shape.key, isUniqueIndex = shape.isUniqueIndex || key.join("\0") !== shape.key.join("\0");
  if (key.length === 0 && !shape.isView && !isMistaken("key")) say([], ...wrongWith(table, shape, source));
  for (const [i, name] of key.entries()) {
    if (key.indexOf(name) < i) say(["key", i], `the key names ${name} twice`, "name each column once");
    if (!mustBeKept(name, said.key ? ["key", i] : ["fields", name], "the key")) continue;
    if (own(fields, name)?.nullable) say(["key", i], `${name} can be null, so it is no part of a key`, "name columns that are NOT NULL");
  }

  const references = referencesOf(said.references ?? [], shape.foreignKeys.filter(({ columns: of }) =>
    of.every((name) => Object.hasOwn(fields, name))), fields, around, say, mustBeKept);
  const lookups = (said.lookups ?? []).map((lookup, i): Lookup => {
    const [, orderBy, direction] = /^(.+) (asc|desc)$/s.exec(lookup.order)! as unknown as [string, string, "asc" | "desc"];
    const place: Path = ["lookups", i];
    if (mustBeKept(lookup.by, [...place, "by"], `the lookup ${lookup.name}`) && !isMistaken("references")
      && !references.some(({ fields: of }) => of.length === 1 && of[0] === lookup.by)) say(
      [...place, "by"], `the lookup ${lookup.name} is by ${lookup.by}, which references no followed table`,
      "name a column with a foreign key, or declare the reference under `references`",
    );
    if (mustBeKept(orderBy, [...place, "order"], `the lookup ${lookup.name}`) && own(fields, orderBy)?.nullable) say(
      [...place, "order"], `the lookup ${lookup.name} is ordered by ${orderBy}, which can be null`, "order by a column that is NOT NULL",
    );
    return { name: lookup.name, by: lookup.by, orderBy, direction, description: lookup.description ?? `Its ${lookup.name}.` };
  });
  for (const [i, name] of (said.search ?? []).entries()) {
    const kind = own(fields, name)?.type.kind;
    if (said.search!.indexOf(name) < i) say(["search", i], `search names ${name} twice`, "name each column once");
    if (mustBeKept(name, ["search", i], "search") && kind && !searchable.has(kind)) say(
      ["search", i], `search names ${name}, which holds ${kind} and no text`, "name columns of text, or of whole numbers",
    );
  }
  return Object.freeze({
    table, ...(said.name !== undefined && { name: said.name }), description: said.description ?? (shape.comment || `A row of ${table}.`),
    key, ...(isUniqueIndex && { isUniqueIndex }), fields, references, lookups, search: said.search ?? [],
    owner: ownerOf(said.owner, references, around, isMistaken, say, mustBeKept),
  });
}

function wrongWith(table: string, shape: Followed["shape"], source: Followed["source"]): [problem: string, remedy: string] {
  const { problem, remedy } = keyless({ table, shape, source });
  return [`${table}: ${problem}`, remedy];
}

type Say = (path: Path, problem: string, remedy: string) => void;

function typeOf(column: ColumnShape, form: FieldForm, { catalog: { said } }: Meaning, say: Say): FieldType | null {
  if (!column.type) {
    say([], `${column.name} is ${column.declared}, which cannot be followed`, "write `keep: false` for it");
    return null;
  }
  if (form["zero-dates"] !== undefined && !["date", "datetime", "timestamp"].includes(column.type.kind)) say(
    ["zero-dates"], `${column.name} is ${column.declared}, which holds no date`, "remove `zero-dates` there",
  );
  const zeros = form["zero-dates"] ?? said["zero-dates"] ?? "refuse";
  const converted = typeAs(column.type, { as: form.as, hasZone: said["datetime-zone"] !== undefined, zeros });
  if (typeof converted !== "string") return converted;
  say(["as"], `${column.name} is ${column.declared}, ${converted}`, "remove `as`, or name what the column holds");
  return null;
}

function fieldOf(column: ColumnShape, form: FieldForm, type: FieldType): Field {
  return {
    type, class: form.class ?? unclassified, description: form.description ?? (column.comment || `The column ${column.name}.`),
    nullable: column.nullable, ...(column.serial && { serial: true }), ...(form.name !== undefined && { name: form.name }),
  };
}

/** What the file says of references wins over what the foreign keys say. */
function referencesOf(
  forms: NonNullable<EntityForm["references"]>,
  foreignKeys: Followed["shape"]["foreignKeys"], held: Readonly<Record<string, Field>>, { followed }: Around, say: Say,
  mustBeKept: (name: string, path: Path, what: string) => boolean,
): readonly Reference[] {
  const target = (name: string) => followed.find((each) => each.table === name);
  const made = (fields: readonly string[], to: string, name?: string, description?: string): Reference => ({
    name: name ?? referenceName(fields.at(-1)!, to), fields, to,
    description: description ?? (fields.length === 1 ? held[fields[0]!]!.description : `The ${to} it refers to.`),
  });
  const declared = forms.flatMap(({ fields, to, name, description }, i) => {
    const of = target(to);
    const kept = fields.every((field, j) => mustBeKept(field, ["references", i, "fields", j], "a reference"));
    if (!of) say(["references", i, "to"], `there is no table ${to} in the catalog${nearest(to, followed.map((each) => each.table))}`,
      "name a table that is followed");
    else if (keyOf(of).length !== fields.length) say(
      ["references", i, "fields"], `it names ${fields.length} columns, and the key of ${to} is (${keyOf(of).join(", ")})`,
      "name one column for each of the key, in its order",
    );
    if (of && kept) checkReference(forms, i, held, of, say);
    return of && kept ? [made(fields, to, name, description)] : [];
  });
  const found = foreignKeys.flatMap(({ columns, to, toColumns }) => {
    const of = target(to);
    const fields = of ? keyOf(of).map((part) => columns[toColumns.indexOf(part)]) : [];
    if (!of || fields.length !== columns.length || fields.some((field) => field === undefined)) return [];
    if (declared.some((each) => each.to === to && each.fields.join("\0") === fields.join("\0"))) return [];
    return [made(fields as string[], to)];
  });
  return [...declared, ...found];
}

function checkReference(
  forms: NonNullable<EntityForm["references"]>, i: number, held: Readonly<Record<string, Field>>, of: Followed, say: Say,
): void {
  const { fields, to, name } = forms[i]!;
  const column = Object.keys(held).find((each) => name !== undefined && fieldName({ fields: held }, each) === name);
  if (column !== undefined) say(
    ["references", i, "name"], `the reference to ${to} would be called ${name}, as the column ${column} is`, "give it another name",
  );
  if (name !== undefined && forms.findIndex((each) => each.name === name) < i) say(
    ["references", i, "name"], `two references would be called ${name}`, "give one of them another name",
  );
  if (forms.findIndex((each) => each.to === to && each.fields.join("\0") === fields.join("\0")) < i) say(
    ["references", i], `the reference to ${to} by ${fields.join(", ")} is there twice`, "remove one of the two",
  );
  for (const [j, part] of keyOf(of).entries()) {
    const [kind, known] = [own(held, fields[j] ?? "")?.type.kind, of.shape.columns.find((each) => each.name === part)?.type?.kind];
    const said = own(of.source?.said.fields ?? {}, part), isAs = typeof said === "object" && said.as !== undefined;
    if (kind && known && !isAs && sortOf(kind) !== sortOf(known)) say(
      ["references", i, "fields", j], `${fields[j]} holds ${kind}, and ${part} of ${to} holds ${known}`,
      "name a column that holds such keys",
    );
  }
}

/** Kinds whose values may be the same key. */
function sortOf(kind: FieldType["kind"]): string {
  if (kind === "int32" || kind === "int64" || kind === "uint64") return "whole numbers";
  return kind === "choice" ? "string" : kind;
}

function ownerOf(
  form: OwnerForm | { readonly scopes: Readonly<Record<string, OwnerForm>> } | undefined, references: readonly Reference[],
  { policy, meaning, followed }: Around, isMistaken: (part: string) => boolean, say: Say,
  mustBeKept: (name: string, path: Path, what: string) => boolean,
): Entity["owner"] {
  const scopes = [...new Set(Object.values(policy.roles).flatMap(({ rows }) => (rows === "all" ? [] : [rows.of])))];
  const one = (rule: OwnerForm, path: Path): Owner => {
    if (typeof rule === "string") return { kind: rule };
    if ("field" in rule) {
      mustBeKept(rule.field, [...path, "field"], "the owner rule");
      return { kind: "field", field: rule.field };
    }
    return { kind: "through", references: rule.through.flatMap((name, i) => {
      const found = references.find((each) => each.name === name || (each.fields.length === 1 && each.fields[0] === name));
      if (!found && !isMistaken("references")) say([...path, "through", i],
        `the owner rule leads through ${name}, which is no reference of the table`,
        `name some of ${references.map((each) => each.fields.join("+")).join(", ") || "its references; it has none"}`);
      return found ? [found.name] : [];
    }) };
  };
  if (form === undefined) return { kind: "hidden" };
  if (typeof form === "string" || !("scopes" in form)) {
    if (typeof form !== "string" && "field" in form && scopes.length > 1) say(
      ["owner"], `the roles have several row scopes (${scopes.join(", ")}), and one field cannot hold them all`,
      "write owner: { scopes: { <table>: <rule>, ... } }",
    );
    return one(form, ["owner"]);
  }
  // A role whose mistake is reported may be the one that has these rows.
  const isOfMistakenRole = (scope: string) => meaning.catalog.mistaken.has("roles") && followed.some(({ table }) => table === scope);
  for (const scope of Object.keys(form.scopes)) if (!scopes.includes(scope) && !isOfMistakenRole(scope)) say(
    ["owner", "scopes", scope], `no role has rows of ${scope}${nearest(scope, scopes)}`,
    `name some of ${scopes.join(", ") || "the roles' tables; there are none"}`,
  );
  return { kind: "by scope", of: Object.fromEntries(Object.entries(form.scopes).map(([scope, rule]) =>
    [scope, one(rule, ["owner", "scopes", scope])])) };
}
