import { createHash } from "node:crypto";
import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Int, Query, Resolver } from "type-graphql";
import { fieldName, typeName } from "../../../schema/names.js";
import type { SearchSlice, SearchTarget } from "../../../stores/ports.js";
import { decode, encode, type PageLimits, size } from "../../graphql/connection.js";
import { badUserInput } from "../../graphql/errors.js";
import { isTextOf } from "../../graphql/scalars.js";
import type { GatewayContext } from "../../rows/context.js";
import { type Class, nodeType, type SearchNode, type SearchTypes } from "../types.js";

const maxTextLength = 200;

export function declareSearchResolver(types: SearchTypes, limits: PageLimits): Class {
  const resolver = class {};
  Resolver()(resolver);
  const prototype = resolver.prototype as Record<string, (...args: never[]) => unknown>;
  prototype.search = async (
    context: GatewayContext, { fieldNodes }: GraphQLResolveInfo, text: string, tables: readonly string[] | null, first: number | null,
    after: string | null,
  ) => {
    if (!isTextOf(text, maxTextLength)) throw badUserInput(`\`text\` may have ${maxTextLength} characters, and no half of one`);
    const limit = size("first", first, limits);
    const query = fingerprint(text, context.rows.searchTargets(tables));
    const from = after == null ? null : cursorIn(after, query);
    const page = (most: number, start: string | null): Promise<SearchSlice> =>
      context.rows.search(tables, { text, limit: most, after: start }).catch((error: unknown) => {
        throw error instanceof RangeError ? noSuchCursor() : error;
      });
    const slice = await page(limit, from);
    context.meter.listed(fieldNodes, slice.hits.length);
    // Before a page is what the search finds first, unless the page begins with it.
    const looksBefore = async () => from !== null && (await page(1, null)).hits.some(({ cursor }) => cursor !== slice.hits[0]?.cursor);
    let before: Promise<boolean> | undefined;
    // Searched for once, by however many names it is asked for.
    return connectionOf(slice, query, () => (before ??= looksBefore()));
  };
  Ctx()(prototype, "search", 0);
  Info()(prototype, "search", 1);
  Arg(
    "text", () => String, { description: "Words that must all occur; the last may be a beginning, and small typing errors are forgiven." },
  )(prototype, "search", 2);
  Arg(
    "types", () => [types.searchable], { nullable: true, description: "What to look for; everything if not given." },
  )(prototype, "search", 3);
  Arg(
    "first", () => Int, { nullable: true, description: `How many hits: 1 to ${limits.most}, ${limits.usual} if not given.` },
  )(prototype, "search", 4);
  Arg(
    "after", () => String, { nullable: true, description: "The cursor after which the page begins, from the same search." },
  )(prototype, "search", 5);
  Query(() => types.connection, {
    nullable: true,
    description: "Rows in which a text occurs, best first, in the fields the viewer may read and among the rows it may see.",
  })(prototype, "search", {});
  return resolver;
}

function connectionOf({ hits, more }: SearchSlice, query: string, hasPreviousPage: () => Promise<boolean>) {
  const edges = hits.map(({ entity, row, score, highlights, cursor }) => ({
    cursor: encode([query, cursor]),
    node: { ...row, [nodeType]: typeName(entity) } satisfies SearchNode,
    score,
    highlights: highlights.map(({ field, snippet }) => ({ field: fieldName(entity, field), snippet })),
  }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: more, hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

const noSuchCursor = () => badUserInput("`after` is not a cursor of this search; use one from its `edges` or `pageInfo`");

/** A store's cursor means something within its own search only, so ours names the search it came from. */
function cursorIn(cursor: string, query: string): string {
  const [from, inner] = decode(cursor) ?? [];
  if (from !== query || typeof inner !== "string") throw noSuchCursor();
  return inner;
}

function fingerprint(text: string, targets: readonly SearchTarget[]): string {
  const what = [text, ...targets.map(({ entity, fields, scope }) => [entity.table, fields, scope?.value ?? null])];
  return createHash("sha256").update(JSON.stringify(what)).digest("base64url").slice(0, 12);
}
