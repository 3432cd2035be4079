import { readFileSync } from "node:fs";
import type { RowDataPacket } from "mysql2";
import { type Connection, type ConnectionOptions, createConnection } from "mysql2/promise";
import { type Finding, PreflightFailed } from "../findings.js";

/**
 * How every session begins, whatever the server's own defaults and its init_connect say: text in UTF-8, all
 * times UTC, and no value bent to fit its column.
 * Every statement is a transaction of its own that sees what is committed by then, and answers have every row. MariaDB skips the comment,
 * because it knows these settings by other names.
 */
export const sessionStart =
  "SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = 'TRADITIONAL', autocommit = 1, sql_select_limit = 18446744073709551615, " +
  "sql_big_selects = 1, sql_auto_is_null = 0, sql_safe_updates = 0 /*!80000 , max_execution_time = 0, transaction_isolation = "
    + "'REPEATABLE-READ', transaction_read_only = 0 */";

/** The same settings as the server reports them. A proxy before the server may swallow a SET. */
const sessionKept: Readonly<Record<string, string>> = {
  character_set_client: "utf8mb4", character_set_connection: "utf8mb4", character_set_results: "utf8mb4", time_zone: "+00:00",
  autocommit: "1",
  sql_select_limit: "18446744073709551615",
};
/** Modes in which Sluice's statements mean something else. */
const strangeModes = ["ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "PIPES_AS_CONCAT", "PAD_CHAR_TO_FULL_LENGTH"];

/**
 * mysql2's options for `mysql://user:password@host:port/database`, with times, large numbers and JSON as exact text.
 * Parameters are named as MySQL's own clients name them: `ssl-mode` (DISABLED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY),
 * and the files `ssl-ca`, `ssl-cert`, `ssl-key`.
 * `datetime-zone` is Sluice's own (`datetimeAhead`). @throws PreflightFailed
 */
export function mysqlOptions(url: URL): ConnectionOptions {
  const database = databaseOf(url);
  const ssl = sslOptions(url);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(database && { database }),
    ...(ssl && { ssl }),
    charset: "utf8mb4",
    timezone: "Z",
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    connectTimeout: 10_000,
  };
}

/** The name of the URL's database; empty for none. */
export function databaseOf(url: URL): string {
  return decodeURIComponent(url.pathname.slice(1));
}

/** The URL of the server, without a database. */
export function serverUrl(url: URL): URL {
  const server = new URL(url);
  server.pathname = "/";
  return server;
}

/**
 * Opens one connection, begins its session with `sessionStart`, and asks the server whether it has kept that.
 * @throws PreflightFailed when an operator can cure the error
 */
export async function connectMysql(url: URL, overrides: ConnectionOptions = {}): Promise<Connection> {
  try {
    const connection = await createConnection({ ...mysqlOptions(url), ...overrides });
    try {
      await connection.query(sessionStart);
      await mustHaveKept(connection, url);
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  } catch (error) {
    throw mysqlProblem(url, error);
  }
}

async function mustHaveKept(connection: Connection, url: URL): Promise<void> {
  const names = [...Object.keys(sessionKept), "sql_mode"];
  const [[found]] = await connection.query<RowDataPacket[]>(
    `SELECT DATABASE() AS db, ${names.map((name) => `@@SESSION.${name} AS ${name}`).join(", ")}`,
  );
  if (found!.db !== null) mustBeSpelt(url, String(found!.db));
  const modes = String(found!.sql_mode).split(",");
  const wrong = names.filter((name) => (name === "sql_mode" ? strangeModes.some((mode) => modes.includes(mode))
    : String(found![name]) !== sessionKept[name]));
  if (wrong.length === 0) return;
  throw new PreflightFailed([{
    where: mysqlPlace(url),
    problem: `it does not keep the session's settings: ${wrong.map((name) => `${name} is ${String(found![name])}`).join("; ")}`,
    remedy: "name the server itself in the URL, or have the proxy before it pass on each session's SET statements",
  }]);
}

/**
 * Refuses a URL that spells the database otherwise than the server does. A server with lower_case_table_names takes other spellings of a
 * name, and writes its own to the binary log, where the URL's would match nothing.
 * Locks and server ids are made of the name, too, so there is one spelling for everything. @throws PreflightFailed
 */
export function mustBeSpelt(url: URL, database: string): void {
  const named = databaseOf(url);
  if (!named || database === named || database.toLowerCase() !== named.toLowerCase()) return;
  throw new PreflightFailed([{
    where: mysqlPlace(url), problem: `its URL names the database ${named}, which the server calls ${database}`,
    remedy: `write ${database} in the URL`,
  }]);
}

/** Turns the error into a finding, when its code says what a person can do about it; else returns the error itself. */
export function mysqlProblem(url: URL, error: unknown): unknown {
  const { code = "", message = "" } = error as { readonly code?: string; readonly message?: string };
  const cure = cureOf(code, url);
  if (!cure) return error;
  return new PreflightFailed(
    [{ where: mysqlPlace(url), problem: message ? `${message} (${code})` : code, remedy: cure }], { cause: error },
  );
}

/** `mysql 10.0.0.5:3306`: names a server in findings and logs. */
export function mysqlPlace(url: URL): string {
  return `mysql ${url.hostname}:${url.port || 3306}`;
}

function cureOf(code: string, url: URL): string | null {
  const user = decodeURIComponent(url.username) || "(none)";
  const database = databaseOf(url);
  switch (code) {
    case "ECONNREFUSED": case "ECONNRESET": case "ETIMEDOUT": case "EHOSTUNREACH": case "ENETUNREACH": case "PROTOCOL_CONNECTION_LOST":
      return "start the server, or correct host and port in the URL";
    case "ENOTFOUND": case "EAI_AGAIN":
      return "correct the host name in the URL";
    case "ER_ACCESS_DENIED_ERROR": case "ER_ACCESS_DENIED_NO_PASSWORD_ERROR": case "ER_ACCOUNT_HAS_BEEN_LOCKED":
    case "ER_MUST_CHANGE_PASSWORD": case "ER_MUST_CHANGE_PASSWORD_LOGIN":
      return "correct user and password in the URL; where the password was changed meanwhile, start again with the new one";
    case "ER_SERVER_OFFLINE_MODE":
      return "SET GLOBAL offline_mode = OFF once the server's maintenance is over";
    case "ER_DBACCESS_DENIED_ERROR": case "ER_TABLEACCESS_DENIED_ERROR": case "ER_COLUMNACCESS_DENIED_ERROR":
      return `as an administrator: GRANT ALL PRIVILEGES ON \`${database}\`.* TO '${user}'@'%'`;
    case "ER_SPECIFIC_ACCESS_DENIED_ERROR":
      return `as an administrator, grant '${user}' the privilege the message names`;
    case "ER_BAD_DB_ERROR":
      return `create the database ${database} with the command migrate, or correct its name in the URL`;
    case "ER_NO_SUCH_TABLE":
      return "make the tables with the command migrate, or correct the database's name in the URL";
    case "ER_CON_COUNT_ERROR": case "ER_TOO_MANY_USER_CONNECTIONS": case "ER_USER_LIMIT_REACHED":
      return "raise max_connections on the server, or use fewer connections";
    case "HANDSHAKE_NO_SSL_SUPPORT": case "HANDSHAKE_SSL_ERROR": case "ER_SECURE_TRANSPORT_REQUIRED":
    case "SELF_SIGNED_CERT_IN_CHAIN": case "DEPTH_ZERO_SELF_SIGNED_CERT": case "UNABLE_TO_VERIFY_LEAF_SIGNATURE": case "CERT_HAS_EXPIRED":
      return "set ssl-mode in the URL to what the server offers, and ssl-ca to the authority that signed its certificate";
    default:
      return null;
  }
}

const parameters = ["ssl-mode", "ssl-ca", "ssl-cert", "ssl-key", "datetime-zone"];

/**
 * By how many minutes the clock that fills DATETIME columns is ahead of UTC: the URL's
 * `datetime-zone`, as `+05:30`. Without one they are UTC.
 */
export function datetimeAhead(url: URL): number {
  const [, sign, hours, minutes] = offset.exec(url.searchParams.get("datetime-zone") ?? "+00:00") ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Offsets as MySQL has them. A zone with summer time shows the same time at two moments of a year, so its name cannot be used. */
const offset = /^([ +-])(0\d|1[0-4]):([0-5]\d)$/;

function sslOptions(url: URL): { [name: string]: string | boolean } | null {
  const findings: Finding[] = [...url.searchParams.keys()].filter((name) => !parameters.includes(name)).map((name) => ({
    where: mysqlPlace(url), problem: `its URL has a parameter "${name}", which is not known`, remedy: `use one of ${parameters.join(", ")}`,
  }));
  const zone = url.searchParams.get("datetime-zone");
  if (zone !== null && !offset.test(zone)) {
    findings.push({
      where: mysqlPlace(url), problem: `its URL has datetime-zone=${zone}, which is no offset from UTC`,
      remedy: "write the offset, as %2B05:30 for +05:30; a zone whose offset changes during the year cannot be written exactly",
    });
  }
  const read = (name: string): string | undefined => {
    const file = url.searchParams.get(name);
    if (!file) return undefined;
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      findings.push({
        where: mysqlPlace(url), problem: `${name}: ${(error as Error).message}`, remedy: "name a PEM file that can be read",
      });
      return undefined;
    }
  };
  const files = { ca: read("ssl-ca"), cert: read("ssl-cert"), key: read("ssl-key") };
  const mode = (url.searchParams.get("ssl-mode") ?? (files.ca ? "VERIFY_CA" : "DISABLED")).toUpperCase();
  const checks: Record<string, { [name: string]: boolean } | null> = {
    DISABLED: null,
    REQUIRED: { rejectUnauthorized: false },
    VERIFY_CA: { rejectUnauthorized: true },
    VERIFY_IDENTITY: { rejectUnauthorized: true, verifyIdentity: true },
  };
  const check = checks[mode];
  if (check === undefined) {
    findings.push({
      where: mysqlPlace(url), problem: `its URL has ssl-mode=${mode}, which is not known`,
      remedy: `use one of ${Object.keys(checks).join(", ")}`,
    });
  }
  if (findings.length > 0) throw new PreflightFailed(findings);
  const given = Object.fromEntries(Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined));
  return check ? { ...check, ...given } : null;
}
