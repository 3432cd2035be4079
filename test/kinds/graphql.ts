import { type GraphQLEnumType, graphql, type GraphQLSchema } from "graphql";
import { apiSchema } from "../../gateway/api/schema.js";
import { GatewayMetrics } from "../../gateway/metrics.js";
import { contextOf } from "../../gateway/rows/context.js";
import { ServedStores } from "../../gateway/stores/stores.js";
import type { Catalog } from "../../schema/catalog.js";
import type { FieldType, Value } from "../../schema/fields.js";
import type { Store } from "../../stores/ports.js";

export type Answer = Readonly<Record<string, unknown>>;

/** Asks the API of a catalog over a store, as an administrator. */
export interface Api {
  ask(query: string): Promise<Answer>;
  /** The value of a row that an answer stands for. */
  valueOf(type: FieldType, typeName: string, answered: unknown): Value;
}

export function openApi(catalog: Catalog, store: Store): Api {
  const schema = apiSchema(catalog, { usual: 20, most: 1_000 });
  const stores = new ServedStores([store], new GatewayMetrics());
  return { ask: (query) => ask(schema, catalog, stores, query), valueOf: (type, name, answered) => valueOf(schema, type, name, answered) };
}

async function ask(schema: GraphQLSchema, catalog: Catalog, stores: ServedStores, source: string): Promise<Answer> {
  const contextValue = contextOf({
    catalog, stores, deadline: Date.now() + 60_000, shown: schema, stop: new AbortController().signal, leave: () => undefined,
    viewer: { id: "test", role: "administrator", claims: {}, reads: new Set(["public"]), rows: "all" },
    meter: { listed: () => undefined, charge: () => undefined } as never,
  });
  const { data, errors } = await graphql({ schema, source, contextValue });
  if (errors) throw new Error(errors.map(({ message, path }) => `${path?.join(".")}: ${message}`).slice(0, 5).join("\n"));
  return data as Answer;
}

/** Leads back from the API's form, where there is a way that loses nothing. */
function valueOf(schema: GraphQLSchema, type: FieldType, typeName: string, answered: unknown): Value {
  const member = (name: unknown) => (schema.getType(typeName) as GraphQLEnumType).parseValue(name) as string;
  if (answered === null) return null;
  switch (type.kind) {
    case "choice": return member(answered);
    case "set": return (answered as string[]).map(member).join(",");
    case "vector": {
      const bytes = Buffer.alloc(4 * (answered as number[]).length);
      for (const [i, number] of (answered as number[]).entries()) bytes.writeFloatLE(number, 4 * i);
      return bytes.toString("hex");
    }
    default: return answered as Value;
  }
}
