import type { Catalog } from "../../schema/catalog.js";
import type { Entity, Fields, Lookup } from "../../schema/entity.js";
import { type FieldClass, fieldClasses } from "../../schema/fields.js";
import { type Role, roles } from "../../schema/policy.js";
import { fieldName, referenceName, typeName } from "../graphql/names.js";

/** Classes a viewer must be allowed to read, all of them, to be shown something. */
export type Needs = readonly FieldClass[];

/** The reading rule of every field of the API, by `Type.field`. A field that is not in it is denied (invariant 6). */
export type FieldRules = ReadonlyMap<string, Needs>;

const everyRole: readonly Role[] = Object.values(roles);
const readByAll: ReadonlySet<FieldClass> = new Set(fieldClasses.filter((c) => everyRole.every((role) => role.reads.includes(c))));

/** Whether some role is denied the field: then a rule guards it, and it can be null. */
export function isRestricted(needs: Needs): boolean {
  return needs.some((c) => !readByAll.has(c));
}

/** A page of a lookup tells, by what is in it, what its rows reference, and by its order and cursors, what it is ordered by. */
export function lookupNeeds(of: Entity, lookup: Lookup): Needs {
  const fields = of.fields as Fields;
  return [...new Set([fields[lookup.by]!.class, fields[lookup.orderBy]!.class, ...of.key.map((name) => fields[name]!.class)])];
}

export function isSearchable(of: Entity): boolean {
  return of.search.length > 0;
}

export function fieldRules(catalog: Catalog): FieldRules {
  const always = [...structure, ...(catalog.entities.some(isSearchable) ? searchStructure : [])];
  const rules = new Map<string, Needs>(always.map((field) => [field, []]));
  for (const of of catalog.entities) {
    const type = typeName(of);
    const fields = Object.entries(of.fields as Fields);
    rules.set(`Query.${fieldName(of.table)}`, [...new Set(of.key.map((name) => (of.fields as Fields)[name]!.class))]);
    for (const [name, { class: fieldClass, references }] of fields) {
      rules.set(`${type}.${fieldName(name)}`, [fieldClass]);
      if (references) rules.set(`${type}.${referenceName(name, references)}`, [fieldClass]);
    }
    for (const { entity, lookup } of catalog.lookupsFrom(of)) rules.set(`${type}.${lookup.name}`, lookupNeeds(entity, lookup));
    if (of.lookups.length === 0) continue;
    for (const field of ["edges", "nodes", "pageInfo"]) rules.set(`${type}Connection.${field}`, []);
    for (const field of ["cursor", "node"]) rules.set(`${type}Edge.${field}`, []);
  }
  return rules;
}

/** Fields that hold nothing of a row by themselves: what is inside them has its own rule. */
const structure = [
  "Query.viewer",
  "Viewer.id", "Viewer.role", "Viewer.counterpartyId", "Viewer.reads",
  "PageInfo.hasNextPage", "PageInfo.hasPreviousPage", "PageInfo.startCursor", "PageInfo.endCursor",
];

const searchStructure = [
  "Query.search", "SearchConnection.edges", "SearchConnection.nodes", "SearchConnection.pageInfo",
  "SearchEdge.cursor", "SearchEdge.node", "SearchEdge.score", "SearchEdge.highlights",
  "Highlight.field", "Highlight.snippet",
];
