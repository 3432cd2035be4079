import { hostname } from "node:os";
import { resolve } from "node:path";
import { isLoopback } from "../runtime/http/loopback.js";
import type { Store, TableSink } from "./ports.js";

/** Which engine, and where: a URL whose scheme names the engine. */
export type StoreUrl = URL;

/** What an engine's folder exports from its `open.ts`. The folder is loaded only when configured. */
export interface StoreAdapter {
  openSink(url: StoreUrl, name: string): Promise<TableSink>;
  openStore(url: StoreUrl, name: string): Promise<Store>;
}

/** For each scheme of a store's URL, the engine behind it. A pipeline has the engine's name unless it is given one. */
const adapters: Readonly<Record<string, { readonly name: string; readonly load: () => Promise<StoreAdapter> }>> = {
  "cassandra:": { name: "cassandra", load: () => import("./cassandra/open.js") },
  "elasticsearch:": { name: "elasticsearch", load: () => import("./elasticsearch/open.js") },
  "elasticsearch+https:": { name: "elasticsearch", load: () => import("./elasticsearch/open.js") },
  "sqlite:": { name: "embedded", load: () => import("./embedded/open.js") },
};

export const storeSchemes = Object.keys(adapters).map((scheme) => scheme.slice(0, -1));

/** The name of the engine behind the URL, without opening it. */
export function storeName(url: StoreUrl): string {
  return adapterOf(url).name;
}

/**
 * Identifies the store for all processes that mean the same one: by engine and address, without the
 * login. Files and loopback are each machine's own.
 */
export function storeIdentity(url: StoreUrl): string {
  const own = url.host && !url.hostname.split(",").every(isLoopback) ? "" : hostname();
  return `${storeName(url)} ${own} ${url.host}${url.host ? url.pathname : resolve(decodeURIComponent(url.pathname))}`;
}

/** `name`: of its pipeline. */
export async function openSink(url: StoreUrl, name = storeName(url)): Promise<TableSink> {
  return (await adapterOf(url).load()).openSink(url, name);
}

/** `name`: of the pipeline that feeds it. */
export async function openStore(url: StoreUrl, name = storeName(url)): Promise<Store> {
  return (await adapterOf(url).load()).openStore(url, name);
}

function adapterOf(url: StoreUrl): (typeof adapters)[string] {
  const engine = adapters[url.protocol];
  if (!engine) throw new Error(`no engine for a "${url.protocol}" store; use one of ${storeSchemes.join(", ")}`);
  return engine;
}
