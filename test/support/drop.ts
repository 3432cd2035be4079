import { Client } from "cassandra-driver";

/** Changes the schema of a shared Cassandra behind every store's back. Patient, because a busy machine drops a keyspace in tens of seconds. */
export async function defineInCassandra(url: URL | string, statement: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const client = new Client({ contactPoints: [`${hostname}:${port || 9042}`], localDataCenter: "datacenter1" });
  try {
    await client.execute(statement, [], { readTimeout: 60_000 });
  } finally {
    await client.shutdown();
  }
}

/** Every index whose name begins with `prefix-`. */
export async function dropElasticsearch(url: string, prefix: string): Promise<void> {
  const listed = await fetch(new URL(`/_cat/indices/${prefix}-*?h=index&format=json&expand_wildcards=all`, url));
  const indices = (await listed.json()) as readonly { readonly index: string }[];
  await Promise.all(indices.map(({ index }) => fetch(new URL(`/${index}`, url), { method: "DELETE" })));
}
