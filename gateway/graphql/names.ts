import type { Catalog } from "../../schema/catalog.js";
import { type Entity, type Fields, lookupTable } from "../../schema/entity.js";

/** `sales_order` -> `SalesOrder`. */
export function typeName(of: Pick<Entity, "table">): string {
  return pascal(of.table);
}

/** `unit_price` -> `unitPrice`; also the root field of a table. */
export function fieldName(column: string): string {
  return column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The object behind a reference: `agreed_delivery_location_id` -> `agreedDeliveryLocation`. */
export function referenceName(column: string, target: Pick<Entity, "table">): string {
  return column.endsWith("_id") ? fieldName(column.slice(0, -3)) : `${fieldName(column)}${typeName(target)}`;
}

/** `transaction.transaction_type` -> `TransactionType`; `order.state` -> `OrderState`. */
export function enumName(of: Entity, column: string): string {
  return column.startsWith(`${of.table}_`) ? pascal(column) : `${typeName(of)}${pascal(column)}`;
}

/** A name GraphQL allows for any text: `in-progress` -> `IN_PROGRESS`. */
export function enumValueName(value: string): string {
  const name = value.toUpperCase().replace(/[^A-Z0-9_]+/g, "_");
  return /^[A-Z_]/.test(name) ? name : `_${name}`;
}

const ownTypes = ["Query", "Mutation", "Subscription", "PageInfo", "Viewer", "Role", "FieldClass", "Search", "Searchable", "Highlight"];
const ownRootFields = ["search", "viewer"];

/** What two declarations would both be called in the API; empty when all is well. */
export function nameClashes(catalog: Catalog): string[] {
  const types = catalog.entities.flatMap((e) => [typeName(e), `${typeName(e)}Connection`, `${typeName(e)}Edge`, ...Object
    .entries(e.fields as Fields)
    .filter(([, field]) => field.type.kind === "choice").map(([name]) => enumName(e, name))]);
  const clashes = [
    ...repeated([...ownTypes, "SearchConnection", "SearchEdge", ...types]).map((name) => `two types would be called ${name}`),
    ...repeated([
      ...ownRootFields, ...catalog.entities.map((e) => fieldName(e.table)),
    ]).map((name) => `two root fields would be called ${name}`),
  ];
  for (const e of catalog.entities) {
    const names = Object.entries(e.fields as Fields).flatMap(([name, { references, type }]) => {
      const values = type.kind === "choice" ? repeated(type.values.map(enumValueName)) : [];
      clashes.push(...values.map((value) => `${e.table}.${name}: two values would be called ${value}`));
      return [fieldName(name), ...(references ? [referenceName(name, references)] : [])];
    });
    names.push(...catalog.lookupsFrom(e).map(({ lookup }) => lookup.name));
    clashes.push(...repeated(names).map((name) => `two fields of ${typeName(e)} would be called ${name}`));
    clashes.push(...repeated(e.lookups.map((lookup) => lookupTable(e, lookup))).map((name) => `two lookups would be called ${name}`));
  }
  return clashes;
}

function pascal(name: string): string {
  return fieldName(`_${name}`);
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
}
