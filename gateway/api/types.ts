import type { GraphQLScalarType } from "graphql";
import { type ClassType, createUnionType, Field, Float, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import type { Catalog } from "../../schema/catalog.js";
import type { Entity, Fields, Row } from "../../schema/entity.js";
import type { Field as CatalogField } from "../../schema/fields.js";
import { fieldClasses } from "../../schema/fields.js";
import { type Role as RoleDeclaration, roleNames, roles } from "../../schema/policy.js";
import { isRestricted, isSearchable } from "../auth/field-rules.js";
import { enumName, enumValueName, fieldName, typeName } from "../graphql/names.js";
import { CalendarDate, Decimal, Long, Timestamp } from "../graphql/scalars.js";

export type Class = ClassType<object>;
type Enum = Readonly<Record<string, string>>;
type Type = Class | Enum | GraphQLScalarType | BooleanConstructor | StringConstructor | symbol;

/** The classes type-graphql makes the API's types from: one set a catalog, without a decorator in sight. */
export interface ApiTypes {
  object(of: Pick<Entity, "table">): Class;
  connection(of: Entity): Class;
  readonly viewer: Class;
  /** Null when no entity can be searched: then there is nothing to ask for. */
  readonly search: SearchTypes | null;
}

export interface SearchTypes {
  readonly connection: Class;
  /** Names of the entities that can be searched. */
  readonly searchable: Enum;
}

/** A row of a search's answer, which says itself what it is. */
export type SearchNode = Row & { readonly __typename: string };

export function declareTypes(catalog: Catalog): ApiTypes {
  const objects = new Map(catalog.entities.map((of) => [of.table, declareEntity(of)]));
  const object = (of: Pick<Entity, "table">) => objects.get(of.table)!;
  const pageInfo = objectType("PageInfo", "Where a page stands among all pages.");
  field(pageInfo, "hasNextPage", () => Boolean, "Whether there are entries after this page.");
  field(pageInfo, "hasPreviousPage", () => Boolean, "Whether there are entries before this page.");
  field(pageInfo, "startCursor", () => String, "Cursor of the first entry; null when the page is empty.", { nullable: true });
  field(pageInfo, "endCursor", () => String, "Cursor of the last entry; null when the page is empty.", { nullable: true });

  const connections = new Map(catalog.entities.filter((of) => of.lookups.length > 0).map((of) => {
    const edge = declareEdge(typeName(of), () => object(of), `of the type ${typeName(of)}`);
    return [of.table, declareConnection(typeName(of), () => object(of), edge, pageInfo)];
  }));
  return {
    object,
    connection: (of) => connections.get(of.table)!,
    search: catalog.entities.some(isSearchable) ? declareSearch(catalog, object, pageInfo) : null,
    viewer: declareViewer(),
  };
}

function declareEntity(of: Entity): Class {
  const type = objectType(typeName(of), of.description);
  for (const [name, declared] of Object.entries(of.fields as Fields)) {
    const returns = scalarOf(of, name, declared);
    // A denied field is null, so whatever some role may not read can be null.
    field(type, fieldName(name), () => returns, declared.description, { nullable: declared.nullable || isRestricted([declared.class]) });
  }
  return type;
}

function scalarOf(of: Entity, name: string, { type, references }: CatalogField): Type {
  switch (type.kind) {
    case "int64": return references || of.key.includes(name) ? ID : Long;
    case "int32": return Int;
    case "decimal": return Decimal;
    case "string": return String;
    case "boolean": return Boolean;
    case "date": return CalendarDate;
    case "timestamp": return Timestamp;
    case "choice": return declareEnum(enumName(of, name), `Values of ${typeName(of)}.${fieldName(name)}.`,
      type.values.map((value) => ({ name: enumValueName(value), value, description: `\`${value}\` in the system of record.` })));
    default: return type satisfies never;
  }
}

function declareEdge(name: string, node: () => Type, what: string): Class {
  const edge = objectType(`${name}Edge`, `One entry of a page ${what}.`);
  field(edge, "cursor", () => String, "Stands for this entry in `after` and `before`.");
  field(edge, "node", node, "The entry itself.");
  return edge;
}

function declareConnection(name: string, node: () => Type, edge: Class, pageInfo: Class): Class {
  const connection = objectType(`${name}Connection`, `A page of ${name} entries.`);
  field(connection, "edges", () => [edge], "The entries with their cursors.");
  field(connection, "nodes", () => [node()], "The entries alone.");
  field(connection, "pageInfo", () => pageInfo, "Where the page stands.");
  return connection;
}

function declareSearch(catalog: Catalog, object: ApiTypes["object"], pageInfo: Class): SearchTypes {
  const entities = catalog.entities.filter(isSearchable);
  const searchable = declareEnum("Searchable", "What can be searched.",
    entities.map((of) => ({ name: enumValueName(of.table), value: of.table, description: of.description })));
  const union = createUnionType({
    name: "Search", description: "A row that a search found.",
    types: () => entities.map(object) as [Class, ...Class[]],
    resolveType: (node) => (node as SearchNode).__typename,
  }) as unknown as symbol;

  const highlight = objectType("Highlight", "Where a row says what was searched for.");
  field(highlight, "field", () => String, "The row's field, as it is called in this API.");
  field(highlight, "snippet", () => String, "Its text as HTML: escaped, what matched between `<em>` and `</em>`.");
  const edge = declareEdge("Search", () => union, "of what a search found");
  field(edge, "score", () => Float, "How well it matches; comparable within one search only.");
  field(edge, "highlights", () => [highlight], "Where it matches, in the fields the viewer may read.");
  return { searchable, connection: declareConnection("Search", () => union, edge, pageInfo) };
}

function declareViewer(): Class {
  const role = declareEnum("Role", "What a viewer is to the company; it decides what may be read.",
    roleNames.map((name) => ({ name: enumValueName(name), value: name, description: (roles[name] as RoleDeclaration).description })));
  const fieldClass = declareEnum("FieldClass", "Every field has one class, and who may read it is decided by the class alone.",
    fieldClasses.map((name) => ({ name: enumValueName(name), value: name, description: `Fields that are ${name}.` })));
  const viewer = objectType("Viewer", "Who asks.");
  field(viewer, "id", () => String, "The `sub` of the token.");
  field(viewer, "role", () => role, "The role the token gives.");
  field(viewer, "counterpartyId", () => ID, "The viewer's own counterparty, for a partner.", { nullable: true });
  field(viewer, "reads", () => [fieldClass], "Classes of fields the viewer may read.");
  return viewer;
}

function declareEnum(name: string, description: string, values: readonly { name: string; value: string; description: string }[]): Enum {
  const declared = Object.fromEntries(values.map((v) => [v.name, v.value]));
  registerEnumType(
    declared, { name, description, valuesConfig: Object.fromEntries(values.map((v) => [v.name, { description: v.description }])) },
  );
  return declared;
}

function objectType(name: string, description: string): Class {
  const made = { [name]: class {} }[name]!;
  ObjectType(name, { description })(made);
  return made;
}

function field(
  of: Class, name: string, type: () => Type | Type[], description: string, options: { readonly nullable?: boolean } = {},
): void {
  // `simple`: read as a property of what the parent resolved to.
  Field(type as () => Class, { description, simple: true, ...options })(of.prototype as object, name);
}
