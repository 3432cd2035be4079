import { setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { mysqlOptions } from "../../runtime/mysql/mysql.js";
import { bareCassandra, bareElasticsearch, nameOf } from "./stores.js";
import { type Parties, partiesOf, salesColumns, salesOrder } from "./workload.js";

export interface Latency { readonly p50Ms: number; readonly p99Ms: number }

const everyMs = 2, firstId = 900_000_000;
/** One transaction in so many is watched: more would measure the load of the watching. */
const looked = { cassandra: 4, elasticsearch: 20 };

/**
 * Measures from the answer to COMMIT until the row can be read by its key, or found by a search,
 * at 500 transactions a second for some seconds.
 */
export async function measureFreshness(
  mysql: URL, stores: readonly URL[], seconds: number,
): Promise<Record<"cassandra" | "elasticsearch", Latency>> {
  const connection = await createConnection(mysqlOptions(mysql));
  const parties = await partiesOf(connection);
  const [cassandra, elasticsearch] = await Promise.all([
    readable(stores.find((url) => nameOf(url) === "cassandra")!), searchable(stores.find((url) => nameOf(url) === "elasticsearch")!),
  ]);
  try {
    const transactions = Math.round(seconds * 1000 / everyMs), began = performance.now();
    for (let n = 0; n < transactions; n++) {
      const wait = began + n * everyMs - performance.now();
      if (wait > 1) await sleep(wait);
      await insert(connection, firstId + n, parties);
      const committed = performance.now();
      if (n % looked.cassandra === 0) cassandra.await(firstId + n, committed);
      if (n % looked.elasticsearch === 0) elasticsearch.await(firstId + n, committed);
    }
    // In the first quarter the engines still compile their code, so it does not count.
    const from = began + seconds * 250;
    return { cassandra: latency(await cassandra.end(), from), elasticsearch: latency(await elasticsearch.end(), from) };
  } finally {
    await connection.end();
  }
}

async function insert(connection: { query(sql: string): Promise<unknown> }, id: number, parties: Parties): Promise<void> {
  await connection.query(`INSERT INTO sales_order (${salesColumns}) VALUES ${salesOrder(id, parties)}`);
}

interface Sample { readonly committed: number; readonly ms: number }

interface Watch {
  await(id: number, committed: number): void;
  /** Resolves once all have been seen. */
  end(): Promise<readonly Sample[]>;
}

/** Asks for each row by its key until it is there. */
async function readable(url: URL): Promise<Watch> {
  const client = await bareCassandra(url);
  const samples: Promise<Sample>[] = [];
  const look = async (id: number, committed: number): Promise<Sample> => {
    for (;;) {
      const { rows } = await client.execute(
        "SELECT sluice_version FROM sales_order WHERE sales_order_id = ?", [String(id)], { prepare: true },
      );
      if (rows.length > 0) return { committed, ms: performance.now() - committed };
      await sleep(1);
    }
  };
  return {
    await(id, committed) { samples.push(look(id, committed)); },
    async end() {
      const all = await Promise.all(samples);
      await client.shutdown();
      return all;
    },
  };
}

/** Searches for all awaited rows together, again and again. */
async function searchable(url: URL): Promise<Watch> {
  const client = bareElasticsearch(url), waiting = new Map<string, number>(), samples: Sample[] = [];
  let ending = false;
  const looking = (async () => {
    while (!ending || waiting.size > 0) {
      await sleep(20);
      const ids = [...waiting.keys()];
      const { hits } = await client.search({
        index: `${url.pathname.slice(1)}-sales_order`, query: { ids: { values: ids } }, size: 1_000, _source: false,
      });
      for (const { _id: id } of hits.hits) {
        samples.push({ committed: waiting.get(id!)!, ms: performance.now() - waiting.get(id!)! });
        waiting.delete(id!);
      }
    }
  })();
  return {
    await(id, committed) { waiting.set(String(id), committed); },
    async end() {
      ending = true;
      await looking;
      await client.close();
      return samples;
    },
  };
}

function latency(samples: readonly Sample[], from: number): Latency {
  const ms = samples.filter(({ committed }) => committed > from).map((sample) => sample.ms).sort((a, b) => a - b);
  return { p50Ms: ms[ms.length >> 1]!, p99Ms: ms[Math.floor(ms.length * 0.99)]! };
}
