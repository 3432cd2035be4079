import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { types } from "cassandra-driver";
import { StoreRefusal } from "../../ports.js";

/** What the URL of a Cassandra store says. */
export interface Address {
  /** `cassandra 10.0.0.5:9042`: names the store in messages. */
  readonly place: string;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly keyspace: string;
  readonly credentials: { readonly username: string; readonly password: string } | null;
  readonly localDataCenter: string | null;
  readonly replication: number | null;
  readonly consistency: types.consistencies;
  readonly tls: ConnectionOptions | null;
}

const parameters = ["dc", "replication", "consistency", "ssl-mode", "ssl-ca"];
const consistencies: Readonly<Record<string, types.consistencies>> = {
  local_quorum: types.consistencies.localQuorum, local_one: types.consistencies.localOne,
  quorum: types.consistencies.quorum, one: types.consistencies.one, all: types.consistencies.all,
};
const tlsModes: Readonly<Record<string, ConnectionOptions | null>> = {
  DISABLED: null,
  REQUIRED: { rejectUnauthorized: false },
  // The nodes gossip their addresses, so their certificates need not name those.
  VERIFY_CA: { rejectUnauthorized: true, checkServerIdentity: () => undefined },
};

/**
 * Reads `cassandra://user:password@host1,host2:9042/keyspace`: port 9042 and keyspace `sluice` unless given. Parameters:
 * - `dc`: the local data centre; the first host's own, unless given;
 * - `replication`: copies in the local data centre, for a keyspace that does not exist yet; 3, or as many as there are nodes;
 * - `consistency` of reads and writes: local_quorum (unless given), local_one, quorum, one, all;
 * - `ssl-mode`: DISABLED (unless given), REQUIRED, VERIFY_CA; `ssl-ca`: a PEM file.
 * @throws StoreRefusal with everything that is wrong
 */
export function addressOf(url: URL): Address {
  const wrong: string[] = [];
  const given = (name: string) => url.searchParams.get(name);
  for (const name of url.searchParams.keys()) {
    if (!parameters.includes(name)) wrong.push(`the parameter "${name}" is not known (there are ${parameters.join(", ")})`);
  }
  const hosts = url.hostname.split(",").map((host) => host.trim().replace(/^\[(.*)\]$/, "$1")).filter(Boolean);
  if (hosts.length === 0) wrong.push("it names no host");

  const keyspace = decodeURIComponent(url.pathname.replace(/^\/+|\/+$/g, "")) || "sluice";
  if (!/^[a-z][a-z0-9_]{0,47}$/.test(keyspace)) wrong
    .push(`the keyspace "${keyspace}" must be lower case letters, digits and underscores, 48 at most`);

  const replication = given("replication");
  if (replication !== null && !/^[1-9]\d?$/.test(replication)) wrong.push(`replication=${replication} is not a number of copies`);

  const level = given("consistency") ?? "local_quorum";
  const consistency = consistencies[level];
  if (consistency === undefined) wrong.push(`consistency=${level} is not one of ${Object.keys(consistencies).join(", ")}`);

  const tls = tlsOptions(given("ssl-mode"), given("ssl-ca"), wrong);
  const port = Number(url.port || 9042);
  const place = `cassandra ${hosts.map((host) => `${host}:${port}`).join(", ")}`;
  if (wrong.length > 0 || consistency === undefined) {
    throw new StoreRefusal(
      place, `its URL cannot be used: ${wrong.join("; ")}`, "write cassandra://user:password@host1,host2:9042/keyspace?dc=…&replication=…",
    );
  }
  const username = decodeURIComponent(url.username);
  return {
    place, hosts, port, keyspace, consistency, tls,
    credentials: username ? { username, password: decodeURIComponent(url.password) } : null,
    localDataCenter: given("dc"),
    replication: replication === null ? null : Number(replication),
  };
}

function tlsOptions(mode: string | null, file: string | null, wrong: string[]): ConnectionOptions | null {
  const chosen = (mode ?? (file ? "VERIFY_CA" : "DISABLED")).toUpperCase();
  const options = tlsModes[chosen];
  if (options === undefined) wrong.push(`ssl-mode=${mode} is not one of ${Object.keys(tlsModes).join(", ")}`);
  if (!options || !file) return options ?? null;
  try {
    return { ...options, ca: readFileSync(file, "utf8") };
  } catch (error) {
    wrong.push(`ssl-ca: ${(error as Error).message}`);
    return null;
  }
}
