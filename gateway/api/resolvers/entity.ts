import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from "type-graphql";
import type { Catalog } from "../../../schema/catalog.js";
import type { Entity, Fields, Lookup, Row } from "../../../schema/entity.js";
import type { Referable, Value } from "../../../schema/fields.js";
import { type PageLimits, pageOf, RowConnection } from "../../graphql/connection.js";
import { badUserInput, shown } from "../../graphql/errors.js";
import { fieldName, referenceName } from "../../graphql/names.js";
import { wholeNumber } from "../../graphql/scalars.js";
import type { GatewayContext } from "../../rows/context.js";
import type { ApiTypes, Class } from "../types.js";

type Methods = Record<string, (...args: never[]) => unknown>;

/** For every entity: itself by key, what it refers to, and the lookups that lead out of it. */
export function declareEntityResolvers(catalog: Catalog, types: ApiTypes, limits: PageLimits): Class[] {
  return catalog.entities.map((of) => {
    const resolver = class {};
    Resolver(() => types.object(of))(resolver);
    byKey(resolver, of, types);
    for (const [name, { references, description }] of Object.entries(of.fields as Fields)) {
      if (references) reference(resolver, { name, target: catalog.entity(references.table), description }, types);
    }
    for (const { entity, lookup } of catalog.lookupsFrom(of)) connection(resolver, { to: entity, lookup, key: of.key }, types, limits);
    return resolver;
  });
}

function byKey(resolver: Class, of: Entity, types: ApiTypes): void {
  const prototype = resolver.prototype as Methods;
  const fields = of.fields as Fields;
  prototype.byKey = (context: GatewayContext, ...given: (string | number)[]) =>
    context.rows.byKey(of, of.key.map((name, i) => keyPart(name, given[i]!)));
  Ctx()(prototype, "byKey", 0);
  of.key.forEach((name, i) => {
    const type = fields[name]!.type.kind === "int32" ? Int : fields[name]!.type.kind === "int64" ? ID : String;
    Arg(fieldName(name), () => type, { description: fields[name]!.description })(prototype, "byKey", i + 1);
  });
  const description = `${of.description} By its key; null when there is none, or none the viewer may see.`;
  Query(() => types.object(of), { name: fieldName(of.table), nullable: true, description })(prototype, "byKey", {});

  function keyPart(name: string, given: string | number): string | number {
    if (fields[name]!.type.kind !== "int64") return given;
    const whole = wholeNumber(String(given));
    if (whole === null) throw badUserInput(`\`${fieldName(name)}\` must be a whole number of 64 bits, not ${shown(given)}`);
    return whole;
  }
}

function reference(resolver: Class, of: { name: string; target: Entity; description: string }, types: ApiTypes): void {
  const { name, target, description } = of;
  const field = referenceName(name, target satisfies Referable);
  method(resolver, field, (row, context) => {
    const key = row[name] ?? null;
    return key === null ? null : context.rows.byReference(target, [key as string]);
  });
  // Null also while the row it names has not arrived yet: tables are followed one transaction at a time, copied one by one.
  FieldResolver(() => types.object(target), { nullable: true, description })(resolver.prototype as object, field, {});
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
