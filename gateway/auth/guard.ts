import { type GraphQLResolveInfo, type GraphQLSchema, isIntrospectionType, isObjectType } from "graphql";
import { applyMiddleware } from "graphql-middleware";
import { allow, deny, type IRules, rule, shield } from "graphql-shield";
import type { GatewayContext } from "../context.js";
import { forbidden } from "../graphql/errors.js";
import { type FieldRules, isRestricted, type Needs } from "./field-rules.js";

/**
 * The schema with its rules bound. Only root fields and fields that some role is denied get a guard, since a guard costs on every row;
 * that nothing else slipped through is checked here, once. @throws when a field has no rule, or a rule no field.
 */
export function guarded(schema: GraphQLSchema, rules: FieldRules): GraphQLSchema {
  const fields = fieldsOf(schema);
  const problems = [
    ...fields.filter(({ path }) => !rules.has(path)).map(({ path }) => `${path} has no rule`),
    ...[...rules.keys()].filter((path) => !fields.some((field) => field.path === path)).map((path) => `the rule of ${path} has no field`),
  ];
  if (problems.length > 0) throw new Error(`the API's rules and fields do not match:\n${problems.map((p) => `  - ${p}`).join("\n")}`);

  const isGuarded = (path: string) => path.startsWith("Query.") || isRestricted(rules.get(path)!);
  const readers = new Map<string, ReturnType<typeof reader>>();
  const tree: Record<string, Record<string, ReturnType<typeof reader> | typeof allow>> = {};
  for (const { type, field, path } of fields) {
    const needs = rules.get(path)!;
    const name = needs.join("_and_");
    if (!readers.has(name)) readers.set(name, reader(`reads_${name}`, needs));
    (tree[type] ??= {})[field] = isGuarded(path) ? readers.get(name)! : allow;
  }
  const bound = shield(tree as IRules, { fallbackRule: deny, fallbackError: forbidden("not allowed"), allowExternalErrors: true }).generate(schema);
  const guards = Object.fromEntries(Object.entries(bound as Record<string, Record<string, unknown>>).map(([type, ofType]) =>
    [type, Object.fromEntries(Object.entries(ofType).filter(([field]) => isGuarded(`${type}.${field}`)))]));
  return applyMiddleware(schema, guards as Parameters<typeof applyMiddleware>[1]);
}

function reader(name: string, needs: Needs) {
  return rule(name, { cache: "no_cache" })((_parent, _args, { viewer }: GatewayContext, info: GraphQLResolveInfo) =>
    needs.every((c) => viewer.reads.has(c)) || forbidden(`the role ${viewer.role} may not read ${info.parentType.name}.${info.fieldName}`));
}

function fieldsOf(schema: GraphQLSchema): { readonly type: string; readonly field: string; readonly path: string }[] {
  return Object.values(schema.getTypeMap()).filter(isObjectType).filter((type) => !isIntrospectionType(type))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => ({ type: type.name, field, path: `${type.name}.${field}` })));
}
