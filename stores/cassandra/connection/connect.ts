import { auth, Client, type ClientOptions, errors, policies, types } from "cassandra-driver";
import { withinTime } from "../../../runtime/time-limit.js";
import { StoreRefusal, Unreachable } from "../../ports.js";
import { classified, Invalid, mayPass, reasons } from "../errors.js";
import { type Address, addressOf } from "./address.js";
import { Session } from "./session.js";

/** Connects to the keyspace, and makes it if it is not there. @throws StoreRefusal, Unreachable within about 10 s, Retriable */
export async function connect(url: URL): Promise<Session> {
  const address = addressOf(url);
  const localDataCenter = await prepareKeyspace(address);
  const client = new Client({
    ...optionsOf(address),
    localDataCenter,
    keyspace: address.keyspace,
    queryOptions: { consistency: address.consistency, serialConsistency: types.consistencies.localSerial, isIdempotent: true },
  });
  await reach(client, address);
  return new Session(
    client, address.place, address.keyspace, nodesIn(client, localDataCenter) <= await copiesIn(client, address.keyspace, localDataCenter),
  );
}

/** Makes the keyspace again if it is missing. @throws as `connect` */
export async function makeKeyspace(url: URL): Promise<void> {
  await prepareKeyspace(addressOf(url));
}

function nodesIn(client: Client, centre: string): number {
  return client.hosts.values().filter(({ datacenter }) => datacenter === centre).length;
}

async function copiesIn(client: Client, keyspace: string, centre: string): Promise<number> {
  const { rows: [row] } = await client.execute("SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?", [keyspace]);
  const replication = row!.replication as Readonly<Record<string, string>>;
  return Number(replication[centre] ?? replication.replication_factor ?? 0);
}

/** Makes the keyspace if it is missing, and returns the name of the local data centre. */
async function prepareKeyspace(address: Address): Promise<string> {
  const options = optionsOf(address);
  const client = new Client({
    ...options,
    socketOptions: { ...options.socketOptions, readTimeout: 6_000 },
    policies: { ...options.policies, loadBalancing: new policies.loadBalancing.RoundRobinPolicy() },
  });
  try {
    await reach(client, address);
    const centres = [...new Set(client.hosts.values().map((host) => host.datacenter))];
    const { rows: [local] } = await client.execute("SELECT data_center FROM system.local");
    const centre = address.localDataCenter ?? String(local?.data_center);
    if (!centres.includes(centre)) {
      throw new StoreRefusal(address.place, `it has no data centre "${centre}"`, `write dc=… with one of ${centres.join(", ")}`);
    }
    const known = await client.execute("SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?", [address.keyspace]);
    if (known.rows.length === 0) {
      const copies = address.replication ?? Math.min(3, nodesIn(client, centre));
      await client.execute(
        `CREATE KEYSPACE IF NOT EXISTS "${address.keyspace}" WITH replication = {'class': 'NetworkTopologyStrategy', `
          + `'${centre.replaceAll("'", "''")}': ${copies}}`,
        [],
        { readTimeout: 60_000 },
      );
    }
    return centre;
  } catch (error) {
    const known = classified(address.place, `making the keyspace ${address.keyspace}`, error);
    if (!(known instanceof Invalid)) throw known;
    throw new StoreRefusal(
      address.place, `the keyspace ${address.keyspace} cannot be made: ${known.message}`, "make it yourself, or name another in the URL",
    );
  } finally {
    await client.shutdown();
  }
}

function optionsOf({ hosts, port, credentials, tls }: Address): ClientOptions {
  return {
    contactPoints: hosts.map((host) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`)),
    protocolOptions: { port },
    ...(credentials && { authProvider: new auth.PlainTextAuthProvider(credentials.username, credentials.password) }),
    ...(tls && { sslOptions: tls }),
    encoding: { useBigIntAsLong: true },
    maxPrepared: 10_000,
    // The driver's own policy waits up to ten minutes between attempts, long after a node is back.
    policies: { reconnection: new policies.reconnection.ConstantReconnectionPolicy(1_000) },
    pooling: { heartBeatInterval: 5_000 },
    socketOptions: { connectTimeout: Math.floor(patienceMs / (hosts.length + 1)), readTimeout: 10_000 },
  };
}

const patienceMs = 9_000;

async function reach(client: Client, address: Address): Promise<void> {
  const connecting = client.connect();
  try {
    await withinTime(patienceMs, connecting, () => {
      throw new Error(`no answer in CQL's protocol within ${patienceMs / 1000} s`);
    });
  } catch (error) {
    // The driver cannot break off an attempt, so a connection that comes too late is closed.
    connecting.then(() => client.shutdown(), () => undefined);
    throw refusal(address, error);
  }
}

function refusal(address: Address, error: unknown): unknown {
  const causes = error instanceof errors.NoHostAvailableError ? Object.values(error.innerErrors ?? {}) : [error];
  const problem = error instanceof errors.NoHostAvailableError ? reasons(error) : error instanceof Error ? error.message : String(error);
  if (causes.some(isDenied)) {
    return new StoreRefusal(
      address.place, `it does not let us in: ${problem}`, "correct user and password in the URL: cassandra://user:password@host",
    );
  }
  const Kind = causes.every(mayPass) ? Unreachable : StoreRefusal;
  const tls = address.tls ? "ssl-ca names the authority that signed its certificate" : "?ssl-mode=REQUIRED where it demands TLS";
  return new Kind(address.place, `cannot be reached: ${problem}`, `start Cassandra, or correct host and port in the URL; ${tls}`);
}

function isDenied(error: unknown): boolean {
  return error instanceof errors.AuthenticationError
    || (error instanceof errors.ResponseError && [
      types.responseErrorCodes.badCredentials, types.responseErrorCodes.unauthorized,
    ].includes(error.code));
}
