import { Client } from "cassandra-driver";

/** Takes away what a test had made in a shared engine. */
export async function dropCassandra(url: string, keyspace: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const client = new Client({ contactPoints: [`${hostname}:${port || 9042}`], localDataCenter: "datacenter1" });
  try {
    await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`);
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
