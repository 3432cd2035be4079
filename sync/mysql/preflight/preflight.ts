import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { type Finding, PreflightFailed } from "../../../runtime/findings.js";
import { databaseOf, mysqlPlace } from "../../../runtime/mysql/mysql.js";
import type { Catalog } from "../../../schema/catalog.js";
import { replicaStatusStatement } from "../binlog/wire/request.js";
import { logStatus, type Server, serverOf } from "../connection/server.js";
import { answering, askedAtStart } from "./at-start.js";
import { foreignKeysOf, logsCascades } from "../definitions/foreign-keys.js";
import { cascadeFindings } from "./cascades.js";
import { tableFindings } from "./preflight-tables.js";
import { zoneFindings } from "./preflight-zone.js";

/** What a person allows though it costs something, and the listeners. */
export interface MysqlSourceOptions {
  /**
   * Follow a log that does not name columns (binlog_row_metadata = MINIMAL), with the live
   * tables' definitions where they are proved to hold.
   */
  readonly allowMinimalMetadata?: boolean | undefined;
  /** Follow a server without GTIDs, by file and offset of its binary log. */
  readonly allowFilePositions?: boolean;
  /**
   * What the pipeline does about a logged statement that does not say which rows it changed.
   * It copies the tables that the statement may have changed (the default), or it stops.
   */
  readonly unknownStatements?: "copy" | "stop";
  /**
   * What the pipeline does about foreign keys that change rows by themselves, where the server does not log it.
   * It derives the changes (the default), or it refuses such a database.
   */
  readonly cascades?: "follow" | "refuse";
  /** The server has let this process in before, so its absence, or its refusal to let anyone in, will pass. */
  readonly hasAnswered?: boolean;
  /** Called once when the server went away during preflight; preflight then waits for it. */
  readonly away?: (error: unknown) => void;
  /**
   * Called with the last transaction of a position when the log no longer has it.
   * Then nothing can prove that the log is of the same history, so the pipeline believes that it is.
   */
  readonly unproven?: (gtid: string) => void;
}

/**
 * Finds everything about the server and its tables that would keep a pipeline from following it. Changes nothing.
 * A server that does not answer is a finding too. A server that answered and then goes away is waited
 * for until `signal` aborts, if `away` is given.
 */
export async function preflight(
  url: URL, catalog: Catalog, options: MysqlSourceOptions = {}, signal = new AbortController().signal,
): Promise<readonly Finding[]> {
  try {
    return await askedAtStart(url, { away: options.away, signal }, (connection) => findingsOf(connection, url, catalog, options));
  } catch (error) {
    if (error instanceof PreflightFailed) return error.findings;
    if (signal.aborted) return [];
    throw error;
  }
}

async function findingsOf(connection: Connection, url: URL, catalog: Catalog, options: MysqlSourceOptions): Promise<readonly Finding[]> {
  const where = mysqlPlace(url), database = databaseOf(url);
  const server = await serverOf(connection);
  const unknown = versionFindings(server);
  // Such a server does not understand the questions that follow.
  if (unknown.length > 0) return unknown.map((finding) => ({ where, ...finding }));
  const findings = [
    ...logFindings(await variables(connection), options),
    ...await privilegeFindings(connection, server, url, database),
  ];
  const about = findings.map((finding) => ({ where, ...finding }));
  if (!database) return [
    ...about, { where, problem: "its URL names no database", remedy: "end it with one: mysql://user@host:3306/totesys" },
  ];
  const place = `${where}, database ${database}`;
  return [
    ...about, ...await tableFindings(connection, catalog, database, place),
    ...await keyFindings(connection, server, catalog, options.cascades ?? "follow", database, place),
    ...await zoneFindings(connection, url, catalog, database, place),
  ];
}

async function keyFindings(
  connection: Connection, server: Server, catalog: Catalog, policy: "follow" | "refuse", database: string, where: string,
): Promise<readonly Finding[]> {
  if (await logsCascades(connection, server)) return [];
  return cascadeFindings(connection, catalog, await foreignKeysOf(connection, catalog, database), policy, database, where);
}

/** Fails at once when no server answers, or one that cannot be followed, so that no command waits for it. @throws PreflightFailed */
export async function mustAnswer(url: URL): Promise<void> {
  const connection = await answering(url);
  const findings = await serverOf(connection).then(versionFindings).finally(() => connection.end());
  if (findings.length > 0) throw new PreflightFailed(findings.map((finding) => ({ where: mysqlPlace(url), ...finding })));
}

type Unplaced = Omit<Finding, "where">;

function versionFindings({ version, mariadb, release }: Server): Unplaced[] {
  if (mariadb) return [{ problem: `it is MariaDB ${version}, which cannot be followed yet`, remedy: "use MySQL 8.0 or newer" }];
  return release >= 80_001 ? [] : [
    { problem: `it is MySQL ${version}, whose binary log does not name columns`, remedy: "use MySQL 8.0 or newer" },
  ];
}

const wanted: Readonly<Record<string, { readonly value: string; readonly why: string; readonly remedy: string }>> = {
  log_bin: { value: "ON", why: "there is no record of changes", remedy: "start the server with --log-bin (and without --skip-log-bin)" },
  binlog_format: {
    value: "ROW", why: "changes are logged as statements, not as rows",
    remedy: "SET PERSIST binlog_format = 'ROW', then reconnect the applications",
  },
  binlog_row_image: {
    value: "FULL", why: "rows are logged in part", remedy: "SET PERSIST binlog_row_image = 'FULL', then reconnect the applications",
  },
  binlog_row_metadata: { value: "FULL", why: "rows are logged without column names", remedy: "SET PERSIST binlog_row_metadata = 'FULL', "
    + "or follow it with --allow-minimal-metadata, which stops at rows older than a change of their table" },
  gtid_mode: { value: "ON", why: "a position would not survive a failover", remedy: "SET PERSIST enforce_gtid_consistency = ON, then SET "
    + "PERSIST gtid_mode = OFF_PERMISSIVE, ON_PERMISSIVE and ON, one after another; or follow it with --allow-file-positions, which "
      + "after a failover copies every table again" },
};

function logFindings(found: ReadonlyMap<string, string>, { allowMinimalMetadata, allowFilePositions }: MysqlSourceOptions): Unplaced[] {
  // Without a binary log the other settings mean nothing yet. Preflight looks at them once the log is on.
  const names = found.get("log_bin") === "OFF" ? ["log_bin"] : Object.keys(wanted);
  return names.flatMap((name) => {
    const { value, why, remedy } = wanted[name]!;
    const is = found.get(name);
    if ((name === "binlog_row_metadata" && allowMinimalMetadata) || (name === "gtid_mode" && allowFilePositions)) return [];
    return is === undefined || is === value ? [] : [{ problem: `${name} is ${is}, so ${why}`, remedy }];
  });
}

async function variables(connection: Connection): Promise<ReadonlyMap<string, string>> {
  const [rows] = await connection.query<RowDataPacket[]>("SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)", [Object.keys(wanted)]);
  return new Map(rows.map((row) => [String(row.Variable_name), String(row.Value).toUpperCase()]));
}

/** Finds missing privileges by using them, so that roles count too: grants alone do not show them. */
async function privilegeFindings(connection: Connection, server: Server, url: URL, database: string): Promise<Unplaced[]> {
  const user = decodeURIComponent(url.username);
  const denied = (privilege: string, needed: string): Unplaced =>
    ({
      problem: `the user ${user} lacks ${privilege}, needed to ${needed}`,
      remedy: `as an administrator: GRANT ${privilege} ON *.* TO '${user}'@'%'`,
    });
  const findings: Unplaced[] = [];
  try {
    await connection.query(server.release >= 80_022 ? "SHOW REPLICAS" : "SHOW SLAVE HOSTS");
  } catch (error) {
    if (!accessDenied(error)) throw error;
    findings.push(denied("REPLICATION SLAVE", "read the binary log"));
  }
  try {
    findings.push(...filterFindings(await logStatus(connection, server), database), ...await replicaFindings(connection, server));
  } catch (error) {
    if (!accessDenied(error)) throw error;
    findings.push(denied("REPLICATION CLIENT", "ask where the binary log ends"));
  }
  return findings;
}

/** Finds a replica whose own log has nothing of what it replicates. Nothing else in that log says so. */
async function replicaFindings(connection: Connection, server: Server): Promise<Unplaced[]> {
  const [off] = await connection.query<RowDataPacket[]>(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_replica_updates', 'log_slave_updates') AND Value = 'OFF'",
  );
  if (off.length === 0) return [];
  const [channels] = await connection.query<RowDataPacket[]>(replicaStatusStatement(server.version));
  if (channels.length === 0) return [];
  return [{
    problem: "it is a replica that does not log what it replicates (log_replica_updates is OFF)",
    remedy: "start it with --log-replica-updates=ON, or name the server it replicates; or, where it replicates no more, RESET REPLICA ALL",
  }];
}

export function accessDenied(error: unknown): boolean {
  return /^ER_.*ACCESS_DENIED/.test(String((error as { code?: string }).code));
}

function filterFindings(status: RowDataPacket | undefined, database: string): Unplaced[] {
  const only = String(status?.Binlog_Do_DB ?? "").split(",").filter(Boolean);
  const ignored = String(status?.Binlog_Ignore_DB ?? "").split(",").filter(Boolean);
  if (!(only.length > 0 && !only.includes(database)) && !ignored.includes(database)) return [];
  return [{
    problem: `changes in ${database} are kept out of the binary log`,
    remedy: `start the server with a binlog-do-db or without the binlog-ignore-db that says so`,
  }];
}
