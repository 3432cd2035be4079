import type { ApolloServerPlugin } from "@apollo/server";
import { type GraphQLSchema, isEnumType, isInterfaceType, isObjectType } from "graphql";
import type { GatewayContext } from "../rows/context.js";

/** An operation is held against the whole API; what it might have meant is said only as far as the viewer is shown those names. */
export const suggestions: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: async ({ contextValue: { shown } }) => ({
    validationDidStart: async () => async (errors) => {
      const names = namesOf(shown);
      for (const error of errors ?? []) (error as { message: string }).message = withoutHidden(error.message, names);
    },
  }),
};

function withoutHidden(message: string, names: ReadonlySet<string>): string {
  // A message may hold a long text of the client's, so it is read once.
  const from = message.lastIndexOf(" Did you mean ");
  if (from < 0 || !message.endsWith("?")) return message;
  const offered = [...message.slice(from).matchAll(/"(\w*)[^"]*"/g)];
  return offered.every(([, name]) => names.has(name!)) ? message : message.slice(0, from);
}

const known = new WeakMap<GraphQLSchema, ReadonlySet<string>>();

function namesOf(schema: GraphQLSchema): ReadonlySet<string> {
  let names = known.get(schema);
  if (!names) {
    names = new Set(Object.values(schema.getTypeMap()).flatMap((type) => {
      if (isEnumType(type)) return [type.name, ...type.getValues().map((value) => value.name)];
      if (!isObjectType(type) && !isInterfaceType(type)) return [type.name];
      return [type.name, ...Object.values(type.getFields()).flatMap((field) => [field.name, ...field.args.map((arg) => arg.name)])];
    }));
    known.set(schema, names);
  }
  return names;
}
