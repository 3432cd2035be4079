import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Connection, RowDataPacket } from "mysql2/promise";
import type { Work } from "../../engines/engine.js";
import { connectMysql } from "../../runtime/mysql/mysql.js";
import { Server } from "./server.js";

const user = "faults";
/** Until `part`, the primary acknowledges nothing that the standby does not have, however long that takes. */
const semiSynchronous = {
  "plugin-load-add": "semisync_source.so;semisync_replica.so", "rpl-semi-sync-replica-enabled": "1",
  "rpl-semi-sync-source-timeout": "3600000",
};
const acknowledging = (first: boolean) => `SET GLOBAL rpl_semi_sync_source_enabled = ${first ? "ON" : "OFF"}`;

/** Two MySQL servers: the writer uses one; the other follows it by GTID and can take its place. */
export class Pair implements AsyncDisposable {
  readonly #password = randomBytes(16).toString("hex");
  #servers = 0;
  #before = "";

  private constructor(readonly home: string, readonly work: Work, public primary: Server, private standby: Server) {}

  static async open(home: string, work: Work): Promise<Pair> {
    const [first, second] = await Promise.all([1, 2].map((id) => open(home, id, work)));
    const pair = new Pair(home, work, first!, second!);
    pair.#servers = 2;
    await Promise.all([pair.#admit(first!), pair.#admit(second!)]);
    await pair.#follow();
    return pair;
  }

  /** The URL of the primary, for a user that both servers know. */
  get url(): URL {
    const { hostname, port } = this.primary.url;
    return new URL(`mysql://${user}:${this.#password}@${hostname}:${port}/`);
  }

  /** Lets a new standby read only what is logged from now on. It may be called only while there is no database. */
  async begin(): Promise<void> {
    this.#before = await executedBy(this.primary);
    for (const { url } of [this.primary, this.standby]) await on(
      url, (server) => inTurn(server, ["FLUSH BINARY LOGS", "PURGE BINARY LOGS BEFORE NOW()"]),
    );
  }

  /** Lets the standby take over once it has everything; the former primary follows it from then on. Nothing may write meanwhile. */
  async failOver(): Promise<void> {
    const executed = await executedBy(this.primary);
    await this.#promote(executed);
    [this.primary, this.standby] = [this.standby, this.primary];
    await this.#follow();
  }

  /**
   * Resolves once the standby has all that the primary has by now. Not all of it was acknowledged: a
   * starting server commits what it finds in its own log.
   * And a new standby has nothing of what was before it.
   */
  async together(): Promise<void> {
    const executed = await executedBy(this.primary);
    await on(this.standby.url, (server) => untilExecuted(server, executed));
  }

  /** From now on the standby receives nothing, and the primary acknowledges all the same. */
  async part(): Promise<void> {
    await on(this.standby.url, (server) => inTurn(server, ["STOP REPLICA IO_THREAD"]));
    await on(this.primary.url, (server) => inTurn(server, [acknowledging(false)]));
  }

  /**
   * Kills the primary, whatever it is doing, for good; it may have what no other server has.
   * The standby takes over with what it received, and a new one follows it.
   */
  async losePrimary(): Promise<void> {
    const lost = this.primary;
    await lost.die();
    await this.#promote(await on(
      this.standby.url,
      (server) => ask(server, "SELECT RECEIVED_TRANSACTION_SET AS answer FROM performance_schema.replication_connection_status"),
    ));
    this.primary = this.standby;
    await lost[Symbol.asyncDispose]();
    this.standby = await open(this.home, ++this.#servers, this.work);
    await on(this.standby.url, (server) => inTurn(server, [`SET GLOBAL gtid_purged = '${this.#before}'`]));
    await this.#admit(this.standby);
    await this.#follow();
  }

  async #promote(gtids: string): Promise<void> {
    await on(this.standby.url, async (server) => {
      await untilExecuted(server, gtids);
      // This comes before any client writes: a commit under way when this is turned on would wait, and
      // its acknowledgement would never be asked for.
      await inTurn(server, ["STOP REPLICA", "RESET REPLICA ALL", acknowledging(true)]);
    });
  }

  /** Makes the user outside the log, because the standby would make it twice. */
  #admit({ url }: Server): Promise<void> {
    return on(url, (server) => inTurn(
      server, ["SET sql_log_bin = 0", `CREATE USER '${user}'@'%' IDENTIFIED BY '${this.#password}'`, `GRANT ALL ON *.* TO '${user}'@'%'`],
    ));
  }

  async #follow(): Promise<void> {
    const { hostname, port, username, password } = this.url;
    for (const server of [this.standby, this.primary]) {
      const statement = acknowledging(server === this.primary);
      // It also runs when the server starts again, before any client can connect.
      await writeFile(atStart(server.home), `${statement};\n`);
      await on(server.url, (each) => inTurn(each, [statement]));
    }
    await on(this.standby.url, async (server) => {
      await server.query(`CHANGE REPLICATION SOURCE TO SOURCE_HOST = ?, SOURCE_PORT = ?, SOURCE_USER = ?, SOURCE_PASSWORD = ?,
        SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 1000, GET_SOURCE_PUBLIC_KEY = 1`, [
          hostname, Number(port), username, password,
        ]);
      await server.query("START REPLICA");
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.primary, this.standby].map((server) => server[Symbol.asyncDispose]()));
  }
}

const atStart = (home: string) => `${home}.sql`;

async function open(within: string, id: number, work: Work): Promise<Server> {
  const home = join(within, String(id));
  await mkdir(within, { recursive: true });
  await writeFile(atStart(home), "");
  return Server.open("mysql", home, work, { ...semiSynchronous, "server-id": String(id), "init-file": atStart(home) });
}

async function inTurn(server: Connection, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await server.query(statement);
}

function executedBy({ url }: Server): Promise<string> {
  return on(url, (server) => ask(server, "SELECT @@gtid_executed AS answer"));
}

async function untilExecuted(standby: Connection, gtids: string): Promise<void> {
  const late = await ask(standby, `SELECT WAIT_FOR_EXECUTED_GTID_SET('${gtids}', 60) AS answer`);
  if (late !== "0") throw new Error("the standby did not catch up with the primary within 60 s");
}

async function ask(server: Connection, question: string): Promise<string> {
  const [[row]] = await server.query<RowDataPacket[]>(question);
  return String(row!.answer).replace(/\s+/g, "");
}

async function on<T>(url: URL, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connectMysql(url);
  try {
    return await use(connection);
  } finally {
    connection.destroy();
  }
}
