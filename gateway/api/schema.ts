import { type GraphQLObjectType, type GraphQLSchema } from "graphql";
import { buildSchemaSync, getMetadataStorage, type NonEmptyArray } from "type-graphql";
import type { Catalog } from "../../schema/catalog.js";
import type { Fields, Row } from "../../schema/entity.js";
import { fieldRules } from "../auth/field-rules.js";
import type { PageLimits } from "../graphql/connection.js";
import { fieldName, nameClashes, typeName } from "../graphql/names.js";
import { guarded } from "./guard.js";
import { declareEntityResolvers } from "./resolvers/entity.js";
import { declareSearchResolver } from "./resolvers/search.js";
import { declareViewerResolver } from "./resolvers/viewer.js";
import { declareTypes } from "./types.js";

/** The whole API of a catalog, its rules bound. @throws when names clash, or a field and its rule do not match. */
export function apiSchema(catalog: Catalog, limits: PageLimits): GraphQLSchema {
  const clashes = nameClashes(catalog);
  if (clashes.length > 0) throw new Error(`the catalog cannot be an API:\n${clashes.map((c) => `  - ${c}`).join("\n")}`);

  // type-graphql keeps declarations in one place for the whole process: we begin and end with it empty, so that a catalog can be built
  // again.
  getMetadataStorage().clear();
  try {
    const types = declareTypes(catalog);
    const resolvers = [
      ...declareEntityResolvers(catalog, types, limits),
      ...(types.search ? [declareSearchResolver(types.search, limits)] : []),
      declareViewerResolver(types),
    ];
    const schema = buildSchemaSync({ resolvers: resolvers as unknown as NonEmptyArray<Function>, validate: false });
    readColumns(schema, catalog);
    return guarded(schema, fieldRules(catalog));
  } finally {
    getMetadataStorage().clear();
  }
}

/** A field of a row is its column: the cheapest resolver there is, since it runs once a row and field. */
function readColumns(schema: GraphQLSchema, catalog: Catalog): void {
  for (const of of catalog.entities) {
    const fields = (schema.getType(typeName(of)) as GraphQLObjectType).getFields();
    for (const column of Object.keys(of.fields as Fields)) fields[fieldName(column)]!.resolve = (row: Row) => row[column];
  }
}
