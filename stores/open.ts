import type { Catalog } from "../schema/catalog.js";
import type { Sink, Store } from "./ports.js";

/** Which engine, and where: a URL whose scheme names the engine. */
export type StoreUrl = URL;

/** An engine's folder exports both of these from its `open.ts`; it is loaded only when configured. */
export interface Engine {
  openSink(url: StoreUrl, catalog: Catalog): Promise<Sink>;
  openStore(url: StoreUrl, catalog: Catalog): Promise<Store>;
}

/** Scheme of a store's URL, and the engine behind it. */
const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  "cassandra:": () => import("./cassandra/open.js"),
  "elasticsearch:": () => import("./elasticsearch/open.js"),
  "elasticsearch+https:": () => import("./elasticsearch/open.js"),
  "sqlite:": () => import("./embedded/open.js"),
};

export const storeSchemes = Object.keys(engines).map((scheme) => scheme.slice(0, -1));

export async function openSink(url: StoreUrl, catalog: Catalog): Promise<Sink> {
  return (await engineOf(url)).openSink(url, catalog);
}

export async function openStore(url: StoreUrl, catalog: Catalog): Promise<Store> {
  return (await engineOf(url)).openStore(url, catalog);
}

async function engineOf(url: StoreUrl): Promise<Engine> {
  const load = engines[url.protocol];
  if (!load) throw new Error(`no engine for a "${url.protocol}" store; use one of ${storeSchemes.join(", ")}`);
  return load();
}
