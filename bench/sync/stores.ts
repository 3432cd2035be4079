import { Client as Elasticsearch } from "@elastic/elasticsearch";
import { Client as Cassandra } from "cassandra-driver";
import type { Catalog } from "../../schema/catalog.js";
import type { Position } from "../../schema/position.js";
import { openSink } from "../../stores/open.js";
import { claim } from "../claim.js";

export const storeNames = ["cassandra", "elasticsearch"] as const;
export type StoreName = (typeof storeNames)[number];

/** Empty stores that claim to be current at a position, so that a pipeline streams from there without a snapshot. */
export interface FreshStores extends AsyncDisposable {
  readonly urls: readonly URL[];
}

let made = 0;

/** Makes stores in a keyspace and indices of their own, which disposing of the result drops. */
export async function freshStores(
  servers: readonly URL[], names: readonly StoreName[], catalog: Catalog, at: Position,
): Promise<FreshStores> {
  const name = `bench_${process.pid}_${++made}`;
  const urls = servers.filter((url) => names.includes(nameOf(url))).map((url) => new URL(`/${name}${url.search}`, url));
  for (const url of urls) {
    await using sink = await openSink(url);
    await sink.prepare(catalog);
    await claim(sink, catalog, at);
  }
  return { urls, async [Symbol.asyncDispose]() { for (const url of urls) await dropStore(url); } };
}

export function nameOf(url: URL): StoreName {
  return url.protocol === "cassandra:" ? "cassandra" : "elasticsearch";
}

export async function bareCassandra(url: URL): Promise<Cassandra> {
  const client = new Cassandra({
    contactPoints: [url.hostname], protocolOptions: { port: Number(url.port || 9042) },
    localDataCenter: url.searchParams.get("dc") ?? "datacenter1",
    keyspace: url.pathname.slice(1), encoding: { useBigIntAsLong: true },
    ...(url.username && { credentials: { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) } }),
  });
  await client.connect();
  return client;
}

export function bareElasticsearch(url: URL): Elasticsearch {
  const auth = url.username ? { auth: { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) } } : {};
  return new Elasticsearch({ node: `${url.protocol === "elasticsearch+https:" ? "https" : "http"}://${url.host}`, ...auth });
}

/** Drops the keyspace or the indices that the URL names. */
export async function dropStore(url: URL): Promise<void> {
  const name = url.pathname.slice(1);
  if (nameOf(url) === "cassandra") {
    const client = await bareCassandra(new URL("/system", url));
    await client.execute(`DROP KEYSPACE ${name}`, [], { readTimeout: 60_000 });
    await client.shutdown();
    return;
  }
  const client = bareElasticsearch(url);
  const indices = Object.keys(await client.indices.get({ index: `${name}-*` }));
  await client.indices.delete({ index: indices });
  await client.close();
}
