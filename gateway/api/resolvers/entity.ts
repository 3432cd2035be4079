import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, Info, Int, Query, Resolver, Root } from "type-graphql";
import type { Catalog } from "../../../schema/catalog.js";
import type { Entity, Lookup, Reference, Row } from "../../../schema/entity.js";
import type { Value } from "../../../schema/fields.js";
import { kindOf } from "../../../schema/kinds/kinds.js";
import { fieldName, rootName } from "../../../schema/names.js";
import { type PageLimits, pageOf, RowConnection } from "../../graphql/connection.js";
import { badUserInput, shown } from "../../graphql/errors.js";
import { shownAs } from "../../graphql/kinds.js";
import type { GatewayContext } from "../../rows/context.js";
import type { ApiTypes, Class } from "../types.js";

type Methods = Record<string, (...args: never[]) => unknown>;

/** For every entity: itself by key, what it refers to, and the lookups that lead out of it. */
export function declareEntityResolvers(catalog: Catalog, types: ApiTypes, limits: PageLimits): Class[] {
  return catalog.entities.map((of) => {
    const resolver = class {};
    Resolver(() => types.object(of))(resolver);
    byKey(resolver, of, types);
    for (const [name, { type }] of Object.entries(of.fields)) if (type.kind === "json") document(resolver, of, name);
    for (const each of of.references) reference(resolver, each, catalog.entity(each.to), types);
    for (const { entity, lookup } of catalog.lookupsFrom(of)) connection(resolver, { to: entity, lookup, key: of.key }, types, limits);
    return resolver;
  });
}

function byKey(resolver: Class, of: Entity, types: ApiTypes): void {
  const prototype = resolver.prototype as Methods;
  const { fields } = of;
  prototype.byKey = (context: GatewayContext, ...given: (string | number)[]) =>
    context.rows.byKey(of, of.key.map((name, i) => keyPart(name, given[i]!)));
  Ctx()(prototype, "byKey", 0);
  of.key.forEach((name, i) => {
    const { type, description } = fields[name]!, { argument } = shownAs(type);
    Arg(fieldName(of, name), () => argument as StringConstructor, { description })(prototype, "byKey", i + 1);
  });
  const description = `${of.description} By its key; null when there is none, or none the viewer may see.`;
  Query(() => types.object(of), { name: rootName(of), nullable: true, description })(prototype, "byKey", {});

  function keyPart(name: string, given: string | number): string | number {
    const { type } = fields[name]!, part = shownAs(type).read(given);
    if (part === null) throw badUserInput(`\`${fieldName(of, name)}\` must be ${kindOf(type).value}, not ${shown(given)}`);
    return part;
  }
}

/** A JSON column, whole or what is at a path in it. */
function document(resolver: Class, of: Entity, name: string): void {
  const { type, description } = of.fields[name]!;
  const prototype = resolver.prototype as Record<string, (row: Row, path?: string | null) => unknown>;
  const field = fieldName(of, name), { show, scalar } = shownAs(type);
  prototype[field] = (row, path) => ((row[name] ?? null) === null ? null : show!(row[name]!, path));
  Root()(prototype, field, 0);
  Arg("path", () => String, { nullable: true, description: "A MySQL JSON path to a part of it, as `$.name[0]`." })(prototype, field, 1);
  FieldResolver(() => scalar as StringConstructor, { description })(prototype, field, {});
}

function reference(resolver: Class, { name, fields, description }: Reference, target: Entity, types: ApiTypes): void {
  method(resolver, name, (row, context) => {
    const key = fields.map((field) => row[field] ?? null);
    return key.includes(null) ? null : context.rows.byReference(target, key as (string | number)[]);
  });
  // Null also while the row it names has not arrived yet: tables are followed one transaction at a time, copied one by one.
  FieldResolver(() => types.object(target), { nullable: true, description })(resolver.prototype as object, name, {});
}

function connection(
  resolver: Class, of: { to: Entity; lookup: Lookup; key: readonly string[] }, types: ApiTypes, limits: PageLimits,
): void {
  const { to, lookup, key } = of;
  const prototype = resolver.prototype as object;
  method(resolver, lookup.name, async (row, context, { fieldNodes }, first, after, last, before) => {
    const page = pageOf({ first, after, last, before }, to, lookup, limits);
    const by = row[key[0]!] as Value;
    const slice = await context.rows.page(to, lookup, by, page);
    context.meter.listed(fieldNodes, slice.rows.length);
    return new RowConnection(to, lookup, slice, page, (side) => context.rows.any(to, lookup, by, side));
  });
  const size = `1 to ${limits.most}, ${limits.usual} if not given.`;
  Arg(
    "first", () => Int, { nullable: true, description: `How many entries from the beginning, or after \`after\`: ${size}` },
  )(prototype, lookup.name, 3);
  Arg("after", () => String, { nullable: true, description: "The cursor after which the page begins." })(prototype, lookup.name, 4);
  Arg(
    "last", () => Int, { nullable: true, description: `How many entries from the end, or before \`before\`: ${size}` },
  )(prototype, lookup.name, 5);
  Arg("before", () => String, { nullable: true, description: "The cursor before which the page ends." })(prototype, lookup.name, 6);
  // Nullable, so that a list that cannot be read costs only itself.
  FieldResolver(() => types.connection(to), { nullable: true, description: lookup.description })(prototype, lookup.name, {});
}

type Method = (
  row: Row, context: GatewayContext, info: GraphQLResolveInfo, first?: number, after?: string, last?: number, before?: string,
) => unknown;

function method(resolver: Class, name: string, body: Method): void {
  const prototype = resolver.prototype as Record<string, Method>;
  prototype[name] = body;
  Root()(prototype, name, 0);
  Ctx()(prototype, name, 1);
  Info()(prototype, name, 2);
}
