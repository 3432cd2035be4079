import { Ctx, Query, Resolver } from "type-graphql";
import type { GatewayContext } from "../../rows/context.js";
import type { ApiTypes, Class } from "../types.js";

export function declareViewerResolver(types: ApiTypes): Class {
  const resolver = class {};
  Resolver()(resolver);
  const prototype = resolver.prototype as Record<string, (context: GatewayContext) => unknown>;
  prototype.viewer = ({ viewer }) => ({ ...viewer, reads: [...viewer.reads] });
  Ctx()(prototype, "viewer", 0);
  Query(() => types.viewer, { description: "Who asks, and what that one may read." })(prototype, "viewer", {});
  return resolver;
}
