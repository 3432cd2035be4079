import { randomBytes } from "node:crypto";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { connectMysql, serverUrl } from "../../runtime/mysql/mysql.js";
import { engineUrls } from "../support/engines.js";


/** Makes a name that no other test has; the database is dropped at the end, whether it was ever made or not. */
export interface FreshDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: URL;
  /** A connection to the server, without a database. */
  readonly server: Connection;
  rows<T = RowDataPacket>(sql: string, values?: readonly (string | number)[]): Promise<T[]>;
}

export async function freshDatabase(purpose: string): Promise<FreshDatabase> {
  const name = `sluice_test_${purpose}_${randomBytes(4).toString("hex")}`;
  const url = new URL(engineUrls().mysql);
  url.pathname = "";
  const server = await connectMysql(serverUrl(url));
  url.pathname = `/${name}`;
  return {
    name, url, server,
    rows: async <T>(
      sql: string, values: readonly (string | number)[] = [],
    ) => (await server.query<RowDataPacket[]>(sql, [...values]))[0] as T[],
    async [Symbol.asyncDispose]() {
      await server.query(`DROP DATABASE IF EXISTS \`${name}\``);
      await server.end();
    },
  };
}
