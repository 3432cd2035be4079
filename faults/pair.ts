import { randomBytes } from "node:crypto";
import type { Connection, RowDataPacket } from "mysql2/promise";
import type { Work } from "../engines/engine.js";
import { connectMysql } from "../runtime/mysql.js";
import { Server } from "./server.js";

const user = "faults";

/** Two MySQL servers: one is written to, the other follows it by GTID and can take its place. */
export class Pair implements AsyncDisposable {
  #password = "";

  private constructor(public primary: Server, private standby: Server) {}

  static async open(home: string, work: Work): Promise<Pair> {
    const [first, second] = await Promise.all(["1", "2"].map((id) => Server.open("mysql", `${home}-${id}`, work, { "server-id": id })));
    const pair = new Pair(first!, second!);
    const password = randomBytes(16).toString("hex");
    await on(first!.url, async (server) => {
      await server.query(`CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`);
      await server.query(`GRANT ALL ON *.* TO '${user}'@'%'`);
    });
    pair.#password = password;
    await pair.#follow();
    return pair;
  }

  /** The primary, for a user that both servers know. */
  get url(): URL {
    const { hostname, port } = this.primary.url;
    return new URL(`mysql://${user}:${this.#password}@${hostname}:${port}/`);
  }

  /** The standby takes over once it has everything; to be called while nobody writes. The former primary follows it from then on. */
  async failOver(): Promise<void> {
    const executed = await on(this.primary.url, async (server) => String((await server.query<RowDataPacket[]>("SELECT @@gtid_executed AS gtids"))[0][0]!.gtids));
    await on(this.standby.url, async (server) => {
      const [[row]] = await server.query<RowDataPacket[]>("SELECT WAIT_FOR_EXECUTED_GTID_SET(?, 60) AS late", [executed]);
      if (Number(row!.late) !== 0) throw new Error("the standby did not catch up with the primary within 60 s");
      await server.query("STOP REPLICA");
      await server.query("RESET REPLICA ALL");
    });
    [this.primary, this.standby] = [this.standby, this.primary];
    await this.#follow();
  }

  #follow(): Promise<unknown> {
    const { hostname, port, username, password } = this.url;
    return on(this.standby.url, async (server) => {
      await server.query(`CHANGE REPLICATION SOURCE TO SOURCE_HOST = ?, SOURCE_PORT = ?, SOURCE_USER = ?, SOURCE_PASSWORD = ?,
        SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 1000, GET_SOURCE_PUBLIC_KEY = 1`, [hostname, Number(port), username, password]);
      await server.query("START REPLICA");
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.primary, this.standby].map((server) => server[Symbol.asyncDispose]()));
  }
}

async function on<T>(url: URL, ask: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connectMysql(url);
  try {
    return await ask(connection);
  } finally {
    connection.destroy();
  }
}
