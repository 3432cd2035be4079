import { type GraphQLResolveInfo, type GraphQLSchema, isIntrospectionType, isObjectType } from "graphql";
import { applyMiddleware } from "graphql-middleware";
import { allow, deny, type IRules, rule, shield } from "graphql-shield";
import type { Policy } from "../../schema/policy.js";
import { type FieldRules, type Needs, restrictedIn } from "../auth/field-rules.js";
import { forbidden } from "../graphql/errors.js";
import type { GatewayContext } from "../rows/context.js";

/**
 * The schema with its rules bound. Only root fields and fields that some role is denied get a guard, and it asks their rule once an
 * operation, since asking costs on every row; that nothing else slipped through is checked here, once.
 * @throws when a field has no rule, or a rule no field.
 */
export function guarded(schema: GraphQLSchema, rules: FieldRules, policy: Policy): GraphQLSchema {
  const fields = fieldsOf(schema);
  const problems = [
    ...fields.filter(({ path }) => !rules.has(path)).map(({ path }) => `${path} has no rule`),
    ...[...rules.keys()].filter((path) => !fields.some((field) => field.path === path)).map((path) => `the rule of ${path} has no field`),
  ];
  if (problems.length > 0) throw new Error(`the API's rules and fields do not match:\n${problems.map((p) => `  - ${p}`).join("\n")}`);

  const isRestricted = restrictedIn(policy);
  const isGuarded = (path: string) => path.startsWith("Query.") || isRestricted(rules.get(path)!);
  const readers = new Map<string, ReturnType<typeof reader>>();
  const tree: Record<string, Record<string, ReturnType<typeof reader> | typeof allow>> = {};
  for (const { type, field, path } of fields) {
    const needs = rules.get(path)!;
    const name = needs.join("_and_");
    if (!readers.has(name)) readers.set(name, reader(`reads_${name}`, needs));
    (tree[type] ??= {})[field] = isGuarded(path) ? readers.get(name)! : allow;
  }
  const bound = shield(
    tree as IRules, { fallbackRule: deny, fallbackError: forbidden("not allowed"), allowExternalErrors: true },
  ).generate(schema);
  const guards = Object.fromEntries(Object.entries(bound as Record<string, Record<string, Guard>>).map(([type, ofType]) =>
    [type, Object.fromEntries(Object.entries(ofType).filter(([field]) => isGuarded(`${type}.${field}`))
      .map(([field, guard]) => [field, once(`${type}.${field}`, guard)]))]));
  return applyMiddleware(schema, guards as Parameters<typeof applyMiddleware>[1]);
}

type Resolve = (parent: unknown, args: unknown, context: GatewayContext, info: GraphQLResolveInfo) => unknown;
type Guard = (resolve: Resolve, ...of: Parameters<Resolve>) => unknown;

/** The guard of a field is asked at its first place in an operation, and its ruling holds for the others. */
function once(field: string, guard: Guard): Guard {
  return (resolve, parent, args, context, info) => {
    const ruling = context.rulings.of(field);
    if (ruling === undefined) return guard(resolve, parent, args, context, info);
    return ruling ? resolve(parent, args, context, info) : null;
  };
}

function reader(name: string, needs: Needs) {
  return rule(name, { cache: "no_cache" })((_parent, _args, { viewer, rulings }: GatewayContext, info: GraphQLResolveInfo) => {
    const field = `${info.parentType.name}.${info.fieldName}`;
    if (!needs.every((c) => viewer.reads.has(c))) return rulings.deny(field, `the role ${viewer.role} may not read ${field}`, info.path);
    rulings.allow(field);
    return true;
  });
}

function fieldsOf(schema: GraphQLSchema): { readonly type: string; readonly field: string; readonly path: string }[] {
  return Object.values(schema.getTypeMap()).filter(isObjectType).filter((type) => !isIntrospectionType(type))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => ({ type: type.name, field, path: `${type.name}.${field}` })));
}
