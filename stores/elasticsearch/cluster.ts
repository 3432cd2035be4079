import { Client, errors } from "@elastic/elasticsearch";
import { Retriable, StoreRefusal, Unreachable } from "../ports.js";
import { causeOf, describe, failureOf, statusFailure } from "./errors.js";

/** A server, and the prefix of this store's indices. */
export interface Cluster extends AsyncDisposable {
  readonly client: Client;
  readonly prefix: string;
  /** For indices that are created; an existing index keeps its own. */
  readonly shards: number;
  /** Null: one replica as soon as there is a second node to hold it. */
  readonly replicas: number | null;
}

const remedy =
  "write elasticsearch://user:password@host:9200/prefix or elasticsearch+https://…; options are ?apiKey=, shards=, replicas=, "
    + "caFingerprint=";
const options = ["apiKey", "shards", "replicas", "caFingerprint"];

/** Connects and makes one request, so that a wrong address, user or server shows now. @throws StoreRefusal, Unreachable */
export async function connect(url: URL, { retries }: { readonly retries: number }): Promise<Cluster> {
  const secure = url.protocol === "elasticsearch+https:";
  const { hostname, port, searchParams } = url;
  const prefix = decodeURIComponent(url.pathname.replace(/^\/|\/$/g, "")) || "totesys";
  const [shards, replicas, apiKey, caFingerprint] = ["shards", "replicas", "apiKey", "caFingerprint"].map((name) => searchParams.get(name));
  const problems = [
    hostname ? [] : ["it names no host"],
    /^[a-z0-9][a-z0-9_.-]{0,99}$/.test(prefix) ? [] : [`"${prefix}" cannot begin an index name (lower case letters, digits, _ . -)`],
    [...searchParams.keys()].filter((name) => !options.includes(name)).map((name) => `there is no option ${name}`),
    [shards, replicas].filter((text) => text && !/^\d{1,3}$/.test(text)).map((text) => `"${text}" is not a number of shards or replicas`),
    shards === "0" ? ["an index has at least one shard"] : [],
  ].flat();
  if (problems.length > 0) throw new StoreRefusal("elasticsearch", `the URL is not usable: ${problems.join("; ")}`, remedy);

  const address = `${hostname}:${port || "9200"}`;
  const user = url.username ? { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) } : null;
  const client = new Client({
    node: `${secure ? "https" : "http"}://${address}`,
    ...(apiKey ? { auth: { apiKey } } : user && { auth: user }),
    ...(caFingerprint && { caFingerprint, tls: { rejectUnauthorized: false } }),
    maxRetries: retries,
    requestTimeout: 30_000,
    // A table of MySQL may have a column `__proto__`, which a dead letter then has as a member of its own.
    disablePrototypePoisoningProtection: true,
  });
  const cluster: Cluster = {
    client, prefix, shards: Number(shards ?? 1), replicas: replicas ? Number(replicas) : null,
    [Symbol.asyncDispose]: () => client.close(),
  };
  try {
    await checkAnswer(cluster, address);
    return cluster;
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** Reads one document. Unlike `GET /`, that needs only the right to read the store's own indices. */
async function checkAnswer({ client, prefix }: Cluster, address: string): Promise<void> {
  try {
    await client.get({ index: `${prefix}-sluice-progress`, id: "progress" }, { requestTimeout: 8_000, maxRetries: 0, ignore: [404] });
  } catch (error) {
    if (error instanceof errors.ResponseError) {
      throw statusFailure(`at ${address}`, error.statusCode ?? 0, causeOf(error))
        ?? new StoreRefusal(
          "elasticsearch", `${address} answers ${error.statusCode}: ${describe(causeOf(error))}`,
          "give the URL of an Elasticsearch 9 server",
        );
    }
    const reason = error instanceof Error ? error.message : String(error);
    const Kind = failureOf(`at ${address}`, error) instanceof Retriable ? Unreachable : StoreRefusal;
    throw new Kind(
      "elasticsearch",
      `nothing usable answers at ${address}: ${reason}`,
      "start Elasticsearch there, or correct host, port and scheme (elasticsearch+https for TLS, ?caFingerprint= for a certificate of "
        + "its own)",
    );
  }
}
