import {
  buildASTSchema, type DefinitionNode, type DocumentNode, type GraphQLSchema, Kind, parse, printSchema, SchemaMetaFieldDef,
  TypeMetaFieldDef, type TypeDefinitionNode, type TypeNode, visit,
} from "graphql";
import type { Catalog } from "../../schema/catalog.js";
import { ownerFor } from "../../schema/entity.js";
import { rootName, searchableNames, typeName } from "../../schema/names.js";
import { type FieldRules, isSearchable } from "../auth/field-rules.js";
import type { Viewer } from "../auth/viewer.js";
import type { GatewayContext } from "../rows/context.js";
import { searchTarget } from "../rows/scope.js";

/** The part of the API that a viewer can get anything from: it is what introspection and suggestions show. Made once a role. */
export class ShownSchemas {
  private readonly byRole = new Map<string, GraphQLSchema>();

  constructor(private readonly whole: GraphQLSchema, private readonly rules: FieldRules, private readonly catalog: Catalog) {
    showOwn();
  }

  to(viewer: Viewer): GraphQLSchema {
    let shown = this.byRole.get(viewer.role);
    if (!shown) {
      shown = buildASTSchema(this.part(viewer), { assumeValid: true });
      this.byRole.set(viewer.role, shown);
    }
    return shown;
  }

  private part(viewer: Viewer): DocumentNode {
    const { entities } = this.catalog;
    const found = entities.filter((of) => searchTarget(viewer, of) !== undefined);
    const names = searchableNames(entities.filter(isSearchable));
    const [foundTypes, foundValues] = [new Set(found.map(typeName)), new Set(found.map((of) => names.get(of.table)!))];
    // Nothing can be found, or a row of these is shown from another row only.
    const futile = new Set([
      ...(found.length === 0 ? ["Query.search"] : []),
      ...entities.filter((of) => viewer.rows !== "all" && ["referenced", "hidden"].includes(ownerFor(of, viewer.rows.of).kind))
        .map((of) => `Query.${rootName(of)}`),
    ]);
    const readable = (path: string) => !futile.has(path) && (this.rules.get(path)?.every((c) => viewer.reads.has(c)) ?? false);
    let type = "";
    const mine: DocumentNode = visit(parse(printSchema(this.whole)), {
      ObjectTypeDefinition: { enter(node) { type = node.name.value; } },
      EnumTypeDefinition: { enter(node) { type = node.name.value; } },
      FieldDefinition: (node) => (readable(`${type}.${node.name.value}`) ? undefined : null),
      EnumValueDefinition: (node) => (type === "Searchable" && !foundValues.has(node.name.value) ? null : undefined),
      UnionTypeDefinition: (node) => ({ ...node, types: (node.types ?? []).filter(({ name }) => foundTypes.has(name.value)) }),
    });
    return reachable(withoutEmpty(mine));
  }
}

/** Without the types of which nothing is left, and what leads to them. */
function withoutEmpty(document: DocumentNode): DocumentNode {
  const isEmpty = (node: DefinitionNode) => node.kind === Kind.OBJECT_TYPE_DEFINITION && node.fields?.length === 0;
  const empty = new Set(document.definitions.filter(isEmpty).map((node) => (node as TypeDefinitionNode).name.value));
  if (empty.size === 0) return document;
  return withoutEmpty(visit(document, {
    ObjectTypeDefinition: { leave: (node) => (empty.has(node.name.value) ? null : undefined) },
    FieldDefinition: (node) => (empty.has(namedType(node.type)) ? null : undefined),
  }));
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/** Without the types that nothing leads to from Query. */
function reachable({ definitions }: DocumentNode): DocumentNode {
  const types = new Map(definitions.flatMap((node) => (isType(node) ? [[node.name.value, node] as const] : [])));
  const kept = new Set<TypeDefinitionNode>();
  const keep = (name: string) => {
    const node = types.get(name);
    if (!node || kept.has(node)) return;
    kept.add(node);
    visit(node, { NamedType: ({ name: { value } }) => keep(value) });
  };
  keep("Query");
  return { kind: Kind.DOCUMENT, definitions: [...kept] };
}

function isType(node: DefinitionNode): node is TypeDefinitionNode {
  return "name" in node && node.kind.endsWith("TypeDefinition");
}

/**
 * Lets `__schema` and `__type` answer with the schema their viewer is shown. They are no fields of our types but constants of graphql-js,
 * so this is the only place where that can be said; for any other context they do what they did.
 */
function showOwn(): void {
  const shown = (context: unknown, whole: GraphQLSchema) => (context as Partial<GatewayContext> | undefined)?.shown ?? whole;
  SchemaMetaFieldDef.resolve = (_source, _args, context, { schema }) => shown(context, schema);
  TypeMetaFieldDef.resolve = (_source, { name }: { name: string }, context, { schema }) => shown(context, schema).getType(name);
}
