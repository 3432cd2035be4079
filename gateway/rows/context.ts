import type { GraphQLSchema } from "graphql";
import type { Catalog } from "../../schema/catalog.js";
import { Rulings } from "../auth/rulings.js";
import type { Viewer } from "../auth/viewer.js";
import type { Meter } from "../fairness/meter.js";
import type { ServedStores } from "../stores/stores.js";
import { Loaders } from "./loaders.js";
import { VisibleRows } from "./visible-rows.js";

/** What an operation has from the moment its turn has come until it is answered. */
export interface Entered {
  readonly viewer: Viewer;
  /** What it costs. */
  readonly meter: Meter;
  /** Aborts when nobody waits for the answer any more, or it turned out too dear: then nothing more is read. */
  readonly stop: AbortSignal;
  /** Milliseconds since the epoch after which nothing is waited for. */
  readonly deadline: number;
  readonly stores: ServedStores;
  /** The part of the API it is shown. */
  readonly shown: GraphQLSchema;
  /** Ends its turn. */
  leave(): void;
}

/** What a resolver has: who asks, and the rows that one may see. It lives as long as one operation. */
export interface GatewayContext extends Entered {
  /** What the field rules have said so far. */
  readonly rulings: Rulings;
  readonly rows: VisibleRows;
}

export function contextOf({ catalog, ...entered }: Entered & { readonly catalog: Catalog }): GatewayContext {
  const { stores, deadline, stop, viewer, meter } = entered;
  return { ...entered, rulings: new Rulings(), rows: new VisibleRows(catalog, new Loaders(stores, deadline, stop), viewer, meter) };
}
