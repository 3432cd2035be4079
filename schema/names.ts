import { createHash } from "node:crypto";
import type { Entity, Reference } from "./entity.js";
import type { FieldType } from "./fields.js";

/** The API's names, derived from MySQL's. Two names that differ in MySQL differ here too. */

/** `sales_order` -> `SalesOrder`. */
export function typeName(of: Pick<Entity, "table" | "name">): string {
  return of.name ?? pascal(of.table);
}

/** The field of the root that gives one row: `salesOrder`. */
export function rootName(of: Pick<Entity, "table" | "name">): string {
  return of.name === undefined ? camel(of.table) : lowerFirst(of.name);
}

/** `unit_price` -> `unitPrice`. */
export function fieldName(of: Pick<Entity, "fields">, column: string): string {
  return of.fields[column]?.name ?? camel(column);
}

/** The object behind a reference: `agreed_delivery_location_id` -> `agreedDeliveryLocation`. */
export function referenceName(column: string, to: string): string {
  return /.(_id|Id)$/.test(column) ? camel(column.replace(/_?[iI]d$/, "")) : `${camel(column)}${pascal(to)}`;
}

/** `transaction.transaction_type` -> `TransactionType`; `order.state` -> `OrderState`. */
export function enumName(of: Pick<Entity, "table" | "name">, column: string): string {
  const name = column.startsWith(`${of.table}_`) && of.name === undefined ? pascal(column) : `${typeName(of)}${pascal(column)}`;
  return reservedTypes.has(name) ? `${name}Choice` : name;
}

/** A name GraphQL allows for any text: `in-progress` -> `IN_PROGRESS`. Two underscores at the beginning are GraphQL's own. */
export function enumValueName(value: string): string {
  if (value === "") return "_EMPTY";
  const name = value.toUpperCase().replace(/[^A-Z0-9_]+/g, "_").replace(/^_+/, "_");
  return /^[A-Z_]/.test(name) ? name : `_${name}`;
}

/**
 * The values of a type with the name of each, no two alike: `in_progress` beside `in-progress` is `IN_PROGRESS_2`.
 * The first keeps the plain name, so that a value that is added at the end renames none. An ENUM also has MySQL's empty text.
 */
export function enumValueNames(type: FieldType): readonly (readonly [name: string, value: string])[] {
  if (type.kind !== "choice" && type.kind !== "set") return [];
  const named = new Map<string, string>();
  for (const value of new Set(type.kind === "choice" ? [...type.values, ""] : type.values)) {
    const plain = enumValueName(value);
    let name = plain;
    for (let n = 2; named.has(name); n++) name = plain.endsWith("_") ? `${plain}${n}` : `${plain}_${n}`;
    named.set(name, value);
  }
  return [...named];
}

/** What a search calls each entity, no two alike: `SALES_ORDER`. */
export function searchableNames(entities: readonly Pick<Entity, "table">[]): ReadonlyMap<string, string> {
  // A mark behind `_` would make a name that is GraphQL's own.
  const plain = (table: string) => enumValueName(table).replace(/^_$/, "X");
  return distinct(entities.map(({ table }) => ({ key: table, isGiven: false, name: plain(table) })), (name) => [name]);
}

/** The names of the API's own types and root fields. */
export const reservedTypes: ReadonlySet<string> = new Set([
  "Query", "Mutation", "Subscription", "PageInfo", "Viewer", "Role", "FieldClass", "Search", "Searchable", "Highlight", "SearchConnection",
  "SearchEdge", "ID", "Int", "Float", "String", "Boolean", "Long", "Decimal", "Date", "Timestamp", "Time", "LocalDateTime", "Bits", "Bytes",
  "UUID", "JSON", "GeoJSON",
]);
export const reservedRoots: ReadonlySet<string> = new Set(["search", "viewer", "node", "nodes"]);

/** Gives a name of its own to each entity, field and reference whose derived name another has, or the API itself. */
export function named(entities: readonly Entity[]): readonly Entity[] {
  const taken = entities.map(({ table, name }) => ({ key: table, isGiven: name !== undefined, name: name ?? freeType(pascal(table)) }));
  const formsOf = (name: string, table: string) => {
    const root = rootName(name === pascal(table) ? { table } : { table, name });
    return [name, `${name}Connection`, `${name}Edge`, `the root's ${root}`];
  };
  const names = distinct(taken, formsOf);
  return entities.map((of) => {
    const name = names.get(of.table)!;
    const own = name === pascal(of.table) ? of : { ...of, name };
    return membersNamed(own);
  });
}

function membersNamed(of: Entity): Entity {
  const columns = Object.entries(of.fields)
    .map(([column, { name }]) => ({ key: column, isGiven: name !== undefined, name: name ?? camel(column) }));
  const references = of.references.map((each, i) => ({ key: `\0${i}`, isGiven: false, name: each.name }));
  const names = distinct([...columns, ...references], (name) => [name]);
  const fields = Object.fromEntries(Object.entries(of.fields).map(([column, field]) => {
    const name = names.get(column)!;
    return [column, name === camel(column) ? field : { ...field, name }];
  }));
  return { ...of, fields, references: of.references.map((each, i): Reference => ({ ...each, name: names.get(`\0${i}`)! })) };
}

interface Candidate {
  /** What is named, unique among the candidates. */
  readonly key: string;
  readonly isGiven: boolean;
  readonly name: string;
}

/**
 * Where several have one name, a given name stays, then that of the plainest. The others get a mark made from what they name, so
 * that a name does not depend on what else there is.
 */
function distinct(
  candidates: readonly Candidate[], formsOf: (name: string, key: string) => readonly string[],
): ReadonlyMap<string, string> {
  const byRank = [...candidates].sort((a, b) => rankOf(b) - rankOf(a) || (a.key < b.key ? -1 : 1));
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const candidate of byRank) {
    const isFree = (name: string) => formsOf(name, candidate.key).every((form) => !taken.has(form));
    const name = candidate.isGiven || isFree(candidate.name) ? candidate.name : `${candidate.name}_${markOf(candidate.key)}`;
    for (const form of formsOf(name, candidate.key)) taken.add(form);
    names.set(candidate.key, name);
  }
  return names;
}

function rankOf({ key, isGiven }: Candidate): number {
  return isGiven ? 3 : /^[a-z][a-z0-9_]*$/.test(key) ? 2 : /^[A-Za-z][A-Za-z0-9_]*$/.test(key) ? 1 : 0;
}

function markOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 6);
}

function freeType(name: string): string {
  return reservedTypes.has(name) || reservedRoots.has(lowerFirst(name)) || inheritedNames.has(lowerFirst(name)) ? `${name}Row` : name;
}

/** What every object of JavaScript has already, such as `constructor`: libraries of GraphQL take that for the field's own. */
export const inheritedNames: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** `unit_price`, `unit price`, `UnitPrice` -> `unitPrice`. */
function camel(name: string): string {
  const plain = plainly(name);
  const camelled = plain === "" ? `x_${markOf(name)}` : lowerFirst(joined(plain));
  return inheritedNames.has(camelled) ? `${camelled}Field` : camelled;
}

function pascal(name: string): string {
  const plain = plainly(name);
  return plain === "" ? `X_${markOf(name)}` : joined(`_${plain}`);
}

/** Letters without their marks; anything GraphQL has no place for ends a word. */
function plainly(name: string): string {
  return name.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
}

/** The words of a name in one. A digit cannot begin a name. */
function joined(plain: string): string {
  const name = plain.replace(/_+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

/** `ArtistId` -> `artistId`, `ISBN` -> `isbn`, `URLPath` -> `urlPath`. */
function lowerFirst(name: string): string {
  return name.replace(/^[A-Z]+(?=[A-Z][a-z]|[0-9_]|$)|^[A-Z]/, (start) => start.toLowerCase());
}
