import type { ApolloServerPlugin } from "@apollo/server";
import {
  type ASTVisitor, type DocumentNode, type FieldNode, type FragmentDefinitionNode, getVariableValues, GraphQLError, getNamedType, isObjectType, Kind,
  type OperationDefinitionNode, type SelectionSetNode, type ValidationContext, type ValidationRule, visit,
} from "graphql";
import { type ComplexityEstimator, getComplexity } from "graphql-query-complexity";
import type { GatewayContext } from "../context.js";
import type { PageLimits } from "./connection.js";
import { badUserInput, forbidden, refusing } from "./errors.js";

export interface OperationLimits {
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxCost: number;
}

/** Refuses operations that nest too deep or say the same thing under too many names, before anything else is made of them. */
export function shapeRules({ maxDepth, maxAliases }: OperationLimits): ValidationRule[] {
  return [
    (context) => onOperation(context, (operation, fragments) => {
      const depth = depthOf(operation.selectionSet, fragments, new Map());
      if (depth > maxDepth) context.reportError(new GraphQLError(`the operation is ${depth} levels deep; at most ${maxDepth} are allowed`, { nodes: operation }));
    }),
    (context) => ({
      Document(document) {
        let aliases = 0;
        visit(document, { Field: (field) => void (aliases += field.alias ? 1 : 0) });
        if (aliases > maxAliases) context.reportError(new GraphQLError(`the document has ${aliases} aliases; at most ${maxAliases} are allowed`));
      },
    }),
  ];
}

/** Counts every field as often as the pages around it can hold it, and refuses what is above the maximum. */
export function costLimit({ maxCost }: OperationLimits, pages: PageLimits): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async () => ({
      async didResolveOperation({ schema, document, operation, request: { variables } }) {
        if (!operation) return;
        const [wrong] = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, { maxErrors: 1 }).errors ?? [];
        // All that is wrong with a long list would take seconds to say, and the names it might have meant are the schema's.
        if (wrong) throw refusing(badUserInput(wrong.message.replace(/ Did you mean .*$/s, "")), 400);
        let cost;
        try {
          cost = getComplexity({ schema, query: only(operation, document), estimators: [costOf(pages)], ...(variables && { variables }), maxQueryNodes: maxCost });
        } catch (error) {
          throw refusing(badUserInput((error as Error).message), 400);
        }
        if (cost <= maxCost) return;
        throw refusing(badUserInput(`the operation may cost ${cost} fields; at most ${maxCost} are allowed. Ask for smaller pages (first, last) or fewer levels`), 400);
      },
    }),
  };
}

/** Outside development the schema is shown to administrators only. Looked up by field, so no fragment's name can pass for it. */
export function introspectionLimit(open: boolean): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async () => ({
      async didResolveOperation({ document, contextValue: { viewer } }) {
        if (open || viewer.role === "administrator") return;
        visit(document, {
          Field({ name: { value } }) {
            if (value === "__schema" || value === "__type") throw refusing(forbidden(`the role ${viewer.role} may not read the schema (${value})`), 403);
          },
        });
      },
    }),
  };
}

const searchCost = 50;

const costOf = ({ usual, most }: PageLimits): ComplexityEstimator => ({ field, args, childComplexity }) => {
  const type = getNamedType(field.type);
  if (!isObjectType(type) || !type.name.endsWith("Connection")) return 1 + childComplexity;
  const wanted = Number(args.first ?? args.last ?? usual);
  // A size out of range is refused later, with its own message.
  const page = Math.min(Math.max(wanted, 1), most);
  return (field.name === "search" ? searchCost : 1) + page * childComplexity;
};

function only(operation: OperationDefinitionNode, document: DocumentNode): DocumentNode {
  return { kind: Kind.DOCUMENT, definitions: [operation, ...document.definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION)] };
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function onOperation(context: ValidationContext, check: (operation: OperationDefinitionNode, fragments: Fragments) => void): ASTVisitor {
  const fragments = new Map(context.getDocument().definitions.flatMap((d) => (d.kind === Kind.FRAGMENT_DEFINITION ? [[d.name.value, d] as const] : [])));
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

/** Introspection is deep by nature and bounded by a rule of its own. */
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
