import { type GraphQLObjectType, type GraphQLSchema } from "graphql";
import { buildSchemaSync, getMetadataStorage, type NonEmptyArray } from "type-graphql";
import type { Catalog } from "../../schema/catalog.js";
import { nameClashes } from "../../schema/name-clashes.js";
import { fieldName, typeName } from "../../schema/names.js";
import { fieldRules } from "../auth/field-rules.js";
import type { PageLimits } from "../graphql/connection.js";
import { columnReader } from "../graphql/kinds.js";
import { guarded } from "./guard.js";
import { declareEntityResolvers } from "./resolvers/entity.js";
import { declareSearchResolver } from "./resolvers/search.js";
import { declareViewerResolver } from "./resolvers/viewer.js";
import { declareTypes } from "./types.js";

/** The whole API of a catalog, its rules bound. @throws when names clash, or a field and its rule do not match. */
export function apiSchema(catalog: Catalog, limits: PageLimits): GraphQLSchema {
  const clashes = nameClashes(catalog.entities);
  if (clashes.length > 0) throw new Error(`the catalog cannot be an API:\n${clashes.map(({ problem }) => `  - ${problem}`).join("\n")}`);

  // type-graphql keeps declarations in one place for the whole process: we begin and end with it empty, so that a catalog can be built
  // again.
  getMetadataStorage().clear();
  try {
    const types = declareTypes(catalog);
    const resolvers = [
      ...declareEntityResolvers(catalog, types, limits),
      ...(types.search ? [declareSearchResolver(types.search, limits)] : []),
      declareViewerResolver(types, catalog),
    ];
    const schema = buildSchemaSync({ resolvers: resolvers as unknown as NonEmptyArray<Function>, validate: false });
    readColumns(schema, catalog);
    return guarded(schema, fieldRules(catalog), catalog);
  } finally {
    getMetadataStorage().clear();
  }
}

/** A field of a row is its column: the cheapest resolver there is, since it runs once a row and field. */
function readColumns(schema: GraphQLSchema, catalog: Catalog): void {
  for (const of of catalog.entities) {
    const fields = (schema.getType(typeName(of)) as GraphQLObjectType).getFields();
    for (const [column, { type }] of Object.entries(of.fields)) {
      // A field with an argument has a resolver of its own.
      if (type.kind !== "json") fields[fieldName(of, column)]!.resolve = columnReader(column, type);
    }
  }
}
