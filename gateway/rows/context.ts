import type { GraphQLSchema } from "graphql";
import type { Catalog } from "../../schema/catalog.js";
import { Rulings } from "../auth/rulings.js";
import type { Viewer } from "../auth/viewer.js";
import type { Meter } from "../fairness/meter.js";
import type { ServedStores } from "../stores/stores.js";
import { Loaders } from "./loaders.js";
import { VisibleRows } from "./visible-rows.js";

/** What an operation has from the moment its turn has come until it is answered. */
interface Entered {
  readonly viewer: Viewer;
  /** Counts what the operation costs. */
  readonly meter: Meter;
  /** Aborts when the client went away, time is up, or the operation turned out too dear: then nothing more is read. */
  readonly stop: AbortSignal;
  /** The part of the API that the viewer is shown. */
  readonly shown: GraphQLSchema;
  /** Ends its turn. */
  leave(): void;
}

/** What a resolver has: the viewer, and the rows this viewer may see, but no store. It lives as long as one operation. */
export interface GatewayContext extends Entered {
  /** What the field rules have said so far. */
  readonly rulings: Rulings;
  readonly rows: VisibleRows;
}

export interface ContextParts extends Entered {
  readonly catalog: Catalog;
  readonly stores: ServedStores;
  /** Milliseconds since the epoch after which no store is waited for. */
  readonly deadline: number;
}

export function contextOf({ catalog, stores, deadline, ...entered }: ContextParts): GatewayContext {
  const { stop, viewer, meter } = entered;
  return { ...entered, rulings: new Rulings(), rows: new VisibleRows(catalog, new Loaders(stores, deadline, stop), viewer, meter) };
}
