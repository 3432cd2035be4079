import type { GraphQLRequestContextDidResolveOperation } from "@apollo/server";
import {
  type DocumentNode, type FieldNode, getNamedType, getVariableValues, isObjectType, Kind, type OperationDefinitionNode,
} from "graphql";
import { type ComplexityEstimator, getComplexity } from "graphql-query-complexity";
import type { ExpectedList } from "../fairness/meter.js";
import type { PageLimits } from "../graphql/connection.js";
import { badUserInput, refusing } from "../graphql/errors.js";
import type { GatewayContext } from "../rows/context.js";

/** A search costs as much as this many fields. */
const searchPoints = 500;

/** Entries that a page is expected to hold whose size the operation does not say. Most lists within lists are far from full. */
const expectedEntries = 5;

/**
 * Estimates what an operation costs, takes it from the viewer's budget, and refuses what is above the maximum: one point a field, as often
 * as the pages around it hold it. A page counts by the size the operation gives it, else as holding a few; the meter corrects that.
 * @throws BAD_USER_INPUT, RATE_LIMITED
 */
export function expectCost(request: Request, maxCost: number, pages: PageLimits): void {
  const { schema, document, operation, request: { variables }, contextValue: { meter } } = request;
  if (!operation) return;
  const [wrong] = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, { maxErrors: 1 }).errors ?? [];
  // Only the first error is said: all errors of a long list would take seconds. Suggested names are left out: they are the whole schema's.
  if (wrong) throw refusing(badUserInput(wrong.message.replace(/ Did you mean .*$/s, "")), 400);
  const lists: Lists = new Map();
  let points;
  try {
    const query = only(operation, document);
    const estimators = [pointsOf(pages, lists)];
    points = getComplexity({ schema, query, estimators, ...(variables && { variables }), maxQueryNodes: maxCost });
  } catch (error) {
    throw refusing(badUserInput((error as Error).message), 400);
  }
  meter.expect({ points, lists });
}

type Request = GraphQLRequestContextDidResolveOperation<GatewayContext>;

type Lists = Map<FieldNode, ExpectedList>;

/** Notes every list on the way. */
const pointsOf = ({ usual, most }: PageLimits, lists: Lists): ComplexityEstimator => ({ field, node, args, childComplexity }) => {
  const type = getNamedType(field.type);
  if (!isObjectType(type) || !type.name.endsWith("Connection")) return 1 + childComplexity;
  const said = (args.first ?? args.last) as number | undefined;
  // A size out of range is refused later, with its own message.
  const entries = said == null ? Math.min(expectedEntries, usual) : Math.min(Math.max(said, 1), most);
  lists.set(node, { entries, each: childComplexity });
  // Whether there is a page before this one takes a second search.
  const self = field.name !== "search" ? 1 : args.after == null ? searchPoints : 2 * searchPoints;
  return self + entries * childComplexity;
};

function only(operation: OperationDefinitionNode, document: DocumentNode): DocumentNode {
  return { kind: Kind.DOCUMENT, definitions: [operation, ...document.definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION)] };
}
