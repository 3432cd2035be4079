import type { Catalog } from "../../schema/catalog.js";
import type { Entity, Lookup } from "../../schema/entity.js";
import { fieldName, rootName, typeName } from "../../schema/names.js";
import { type Policy, unclassified } from "../../schema/policy.js";
import { claimName } from "../graphql/names.js";
import { scopesOf } from "./viewer.js";

/** Classes a viewer must be allowed to read, all of them, to be shown something. */
export type Needs = readonly string[];

/** The reading rule of every field of the API, by `Type.field`. A field that is not in it is denied (invariant 6). */
export type FieldRules = ReadonlyMap<string, Needs>;

/** Says whether some role is denied a field: then a rule guards it, and it can be null. */
export function restrictedIn({ classes, roles }: Policy): (needs: Needs) => boolean {
  const isReadByAll = (name: string) => Object.values(roles).every(({ reads }) => reads.includes(name));
  const readByAll = new Set([...Object.keys(classes), unclassified].filter(isReadByAll));
  return (needs) => needs.some((c) => !readByAll.has(c));
}

/** A page of a lookup tells, by what is in it, what its rows reference, and by its order and cursors, what it is ordered by. */
export function lookupNeeds(of: Entity, lookup: Lookup): Needs {
  const { fields } = of;
  return [...new Set([fields[lookup.by]!.class, fields[lookup.orderBy]!.class, ...of.key.map((name) => fields[name]!.class)])];
}

export function isSearchable(of: Entity): boolean {
  return of.search.length > 0;
}

export function fieldRules(catalog: Catalog): FieldRules {
  const hasSearch = catalog.entities.some(isSearchable), hasPages = hasSearch || catalog.entities.some((of) => of.lookups.length > 0);
  const claims = scopesOf(catalog).map(({ claim }) => `Viewer.${claimName(claim)}`);
  const always = [...structure, ...claims, ...(hasPages ? pageStructure : []), ...(hasSearch ? searchStructure : [])];
  const rules = new Map<string, Needs>(always.map((field) => [field, []]));
  for (const of of catalog.entities) {
    const type = typeName(of);
    const classesOf = (names: readonly string[]) => [...new Set(names.map((name) => of.fields[name]!.class))];
    rules.set(`Query.${rootName(of)}`, classesOf(of.key));
    for (const name of Object.keys(of.fields)) rules.set(`${type}.${fieldName(of, name)}`, classesOf([name]));
    for (const { name, fields } of of.references) rules.set(`${type}.${name}`, classesOf(fields));
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
  "Viewer.id", "Viewer.role", "Viewer.reads",
];

const pageStructure = ["PageInfo.hasNextPage", "PageInfo.hasPreviousPage", "PageInfo.startCursor", "PageInfo.endCursor"];

const searchStructure = [
  "Query.search", "SearchConnection.edges", "SearchConnection.nodes", "SearchConnection.pageInfo",
  "SearchEdge.cursor", "SearchEdge.node", "SearchEdge.score", "SearchEdge.highlights",
  "Highlight.field", "Highlight.snippet",
];
