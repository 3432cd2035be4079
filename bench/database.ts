import { connectMysql } from "../runtime/mysql/mysql.js";
import type { Catalog } from "../schema/catalog.js";
import { readMeaning } from "../schema/meaning/read.js";
import { ownCatalog } from "../schema/meaning/setting.js";
import { catalogOfServer } from "../sync/mysql/catalog.js";

/** The catalog of the commerce schema, as the server has it in the migrated database that the URL names. */
export async function catalogIn(mysql: URL): Promise<Catalog> {
  const { catalog } = await catalogOfServer(mysql, await readMeaning(ownCatalog));
  return catalog;
}

/** The database; disposing of it drops it. */
export function dropped(mysql: URL): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await using connection = await connectMysql(new URL("/", mysql));
      await connection.query(`DROP DATABASE IF EXISTS ${mysql.pathname.slice(1)}`);
    },
  };
}
