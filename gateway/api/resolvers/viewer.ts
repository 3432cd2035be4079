import { Ctx, Query, Resolver } from "type-graphql";
import type { Catalog } from "../../../schema/catalog.js";
import { unclassified } from "../../../schema/policy.js";
import { claimName } from "../../graphql/names.js";
import type { GatewayContext } from "../../rows/context.js";
import type { ApiTypes, Class } from "../types.js";

export function declareViewerResolver(types: ApiTypes, catalog: Catalog): Class {
  const resolver = class {};
  Resolver()(resolver);
  const prototype = resolver.prototype as Record<string, (context: GatewayContext) => unknown>;
  prototype.viewer = ({ viewer: { id, role, claims, reads } }) => ({
    id, role, reads: [...reads].filter((each) => each in catalog.classes || shows(catalog)),
    ...Object.fromEntries(Object.entries(claims).map(([claim, key]) => [claimName(claim), key])),
  });
  Ctx()(prototype, "viewer", 0);
  Query(() => types.viewer, { description: "Who asks, and what that one may read." })(prototype, "viewer", {});
  return resolver;
}

/** Whether the API has the class of fields that no file names. */
function shows({ entities }: Catalog): boolean {
  return entities.some(({ fields }) => Object.values(fields).some((each) => each.class === unclassified));
}
