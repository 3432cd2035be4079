import { type GraphQLSchema, isEnumType, isInterfaceType, isObjectType } from "graphql";

/**
 * Takes suggested names out of validation errors where the viewer is not shown them. An operation is validated against the whole API, so
 * graphql-js suggests names of all of it.
 */
export function hideNames(errors: readonly Error[], shown: GraphQLSchema): void {
  const names = namesOf(shown);
  for (const error of errors) (error as { message: string }).message = withoutHidden(error.message, names);
}

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
