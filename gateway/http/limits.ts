import {
  type ASTVisitor, type FieldNode, type FragmentDefinitionNode, GraphQLError, Kind, type OperationDefinitionNode, type SelectionSetNode,
  type ValidationContext, type ValidationRule, visit,
} from "graphql";

export interface OperationLimits {
  readonly maxDepth: number;
  readonly maxAliases: number;
}

/** An alias stands in the answer as often as its field. */
const maxAliasLength = 100;

/**
 * Refuses operations that are no queries, nest too deep, or say the same thing under too many names or too long ones, before anything
 * else is made of them.
 */
export function shapeRules({ maxDepth, maxAliases }: OperationLimits): ValidationRule[] {
  return [
    (context) => ({
      OperationDefinition(operation) {
        const kind = operation.operation;
        if (kind !== "query") context.reportError(new GraphQLError(`this API has queries only, no ${kind}`, { nodes: operation }));
      },
    }),
    (context) => onOperation(context, (operation, fragments) => {
      const depth = depthOf(operation.selectionSet, fragments, new Map());
      if (depth > maxDepth) context.reportError(
        new GraphQLError(`the operation is ${depth} levels deep; at most ${maxDepth} are allowed`, { nodes: operation }),
      );
    }),
    // Without aliases what is asked of types merges, so that an answer is no larger than the schema. Its lists have no size to count by.
    (context) => ({
      Field(field) {
        if (field.alias && context.getParentType()?.name.startsWith("__")) context.reportError(
          new GraphQLError("what a type says of itself takes no alias", { nodes: field }),
        );
      },
    }),
    (context) => ({
      Document(document) {
        let aliases = 0;
        let longest = 0;
        visit(document, { Field({ alias }) {
          aliases += alias ? 1 : 0;
          longest = Math.max(longest, alias?.value.length ?? 0);
        } });
        if (longest > maxAliasLength) {
          context.reportError(new GraphQLError(`an alias has ${longest} characters; at most ${maxAliasLength} are allowed`));
        }
        if (aliases > maxAliases) context.reportError(
          new GraphQLError(`the document has ${aliases} aliases; at most ${maxAliases} are allowed`),
        );
      },
    }),
  ];
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function onOperation(context: ValidationContext, check: (operation: OperationDefinitionNode, fragments: Fragments) => void): ASTVisitor {
  const fragments = new Map(
    context.getDocument().definitions.flatMap((d) => (d.kind === Kind.FRAGMENT_DEFINITION ? [[d.name.value, d] as const] : [])),
  );
  return { OperationDefinition: (operation) => check(operation, fragments) };
}

/** `known` holds the depth of fragments already met, so that fragments which spread each other twice do not double the work. */
function depthOf(set: SelectionSetNode, fragments: Fragments, known: Map<string, number>): number {
  let deepest = 0;
  for (const selection of set.selections) {
    const { kind } = selection;
    switch (kind) {
      case Kind.FIELD: deepest = Math.max(deepest, fieldDepth(selection, fragments, known)); break;
      case Kind.INLINE_FRAGMENT: deepest = Math.max(deepest, depthOf(selection.selectionSet, fragments, known)); break;
      case Kind.FRAGMENT_SPREAD: deepest = Math.max(deepest, fragmentDepth(selection.name.value, fragments, known)); break;
      default: kind satisfies never;
    }
  }
  return deepest;
}

/** Introspection is deep by nature; its depth is bounded by a rule of graphql-js, its size by taking no aliases. */
function fieldDepth(field: FieldNode, fragments: Fragments, known: Map<string, number>): number {
  if (field.name.value.startsWith("__")) return 0;
  return 1 + (field.selectionSet ? depthOf(field.selectionSet, fragments, known) : 0);
}

function fragmentDepth(name: string, fragments: Fragments, known: Map<string, number>): number {
  const depth = known.get(name);
  if (depth !== undefined) return depth;
  // A fragment within itself counts as nothing here; a rule of the specification refuses it.
  known.set(name, 0);
  const fragment = fragments.get(name);
  const found = fragment ? depthOf(fragment.selectionSet, fragments, known) : 0;
  known.set(name, found);
  return found;
}
