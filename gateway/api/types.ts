import type { GraphQLScalarType } from "graphql";
import { type ClassType, createUnionType, Field, Float, ID, ObjectType, registerEnumType } from "type-graphql";
import type { Catalog } from "../../schema/catalog.js";
import type { Entity, Row } from "../../schema/entity.js";
import type { FieldType } from "../../schema/fields.js";
import { enumName, enumValueName, enumValueNames, fieldName, searchableNames, typeName } from "../../schema/names.js";
import { unclassified } from "../../schema/policy.js";
import { isSearchable, restrictedIn } from "../auth/field-rules.js";
import { scopesOf } from "../auth/viewer.js";
import { shownAs } from "../graphql/kinds.js";
import { claimName } from "../graphql/names.js";
import { Long } from "../graphql/scalars.js";

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

/** Where a row of a search's answer says its type. A symbol, because a column may be called `__typename`. */
export const nodeType = Symbol("type");
export type SearchNode = Row & { readonly [nodeType]: string };

export function declareTypes(catalog: Catalog): ApiTypes {
  const objects = new Map(catalog.entities.map((of) => [of.table, declareEntity(of, catalog)]));
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
    viewer: declareViewer(catalog),
  };
}

function declareEntity(of: Entity, catalog: Catalog): Class {
  const type = objectType(typeName(of), of.description);
  const isRestricted = restrictedIn(catalog);
  for (const [name, declared] of Object.entries(of.fields)) {
    const returns = scalarOf(of, name);
    // A denied field is null, so whatever some role may not read can be null.
    const nullable = declared.nullable || isRestricted([declared.class]);
    field(type, fieldName(of, name), () => returns, declared.description, { nullable });
  }
  return type;
}

function scalarOf(of: Entity, name: string): Type | Type[] {
  const { type } = of.fields[name]!;
  const { scalar, isList } = shownAs(type);
  if (scalar === Long) return [of.key, ...of.references.map(({ fields }) => fields)].some((names) => names.includes(name)) ? ID : Long;
  const one = scalar === "enum" ? declareValues(of, name, type) : scalar;
  return isList ? [one] : one;
}

function declareValues(of: Entity, name: string, type: FieldType): Enum {
  const values = enumValueNames(type).map(([valueName, value]) => ({
    name: valueName, value, description: value === "" ? "The empty text: in the system of record, a value that was none of the others."
      : `\`${value}\` in the system of record.`,
  }));
  return declareEnum(enumName(of, name), `Values of ${typeName(of)}.${fieldName(of, name)}.`, values);
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
  const names = searchableNames(entities);
  const searchable = declareEnum("Searchable", "What can be searched.",
    entities.map((of) => ({ name: names.get(of.table)!, value: of.table, description: of.description })));
  const union = createUnionType({
    name: "Search", description: "A row that a search found.",
    types: () => entities.map(object) as [Class, ...Class[]],
    resolveType: (node) => (node as SearchNode)[nodeType],
  }) as unknown as symbol;

  const highlight = objectType("Highlight", "Where a row says what was searched for.");
  field(highlight, "field", () => String, "The row's field, as it is called in this API.");
  field(highlight, "snippet", () => String, "Its text as HTML: escaped, what matched between `<em>` and `</em>`.");
  const edge = declareEdge("Search", () => union, "of what a search found");
  field(edge, "score", () => Float, "How well it matches; comparable within one search only.");
  field(edge, "highlights", () => [highlight], "Where it matches, in the fields the viewer may read.");
  return { searchable, connection: declareConnection("Search", () => union, edge, pageInfo) };
}

function declareViewer(catalog: Catalog): Class {
  const { roles } = catalog;
  const isUnclassified = catalog.entities.some(({ fields }) => Object.values(fields).some((each) => each.class === unclassified));
  const classes = [...Object.keys(catalog.classes), ...(isUnclassified ? [unclassified] : [])];
  const role = declareEnum("Role", "What a viewer is to the company; it decides what may be read.",
    Object.entries(roles).map(([name, { description }]) => ({ name: enumValueName(name), value: name, description })));
  const fieldClass = declareEnum("FieldClass", "Every field has one class, and who may read it is decided by the class alone.",
    classes.map((name) => ({
      name: enumValueName(name), value: name, description: catalog.classes[name] ?? "Fields that the catalog does not name.",
    })));
  const viewer = objectType("Viewer", "Who asks.");
  field(viewer, "id", () => String, "The `sub` of the token.");
  field(viewer, "role", () => role, "The role the token gives.");
  for (const { claim, of } of scopesOf(catalog)) {
    const partners = Object.entries(roles).filter(([, { rows }]) => rows !== "all" && rows.claim === claim).map(([name]) => `a ${name}`);
    field(viewer, claimName(claim), () => ID, `The viewer's own ${of}, for ${partners.join(" or ")}.`, { nullable: true });
  }
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
