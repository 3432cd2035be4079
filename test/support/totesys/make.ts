import { writeFileSync } from "node:fs";
import { migrate } from "../../../migrations/migrate.js";
import { connectMysql } from "../../../runtime/mysql/mysql.js";
import { readMeaning } from "../../../schema/meaning/read.js";
import { ownCatalog } from "../../../schema/meaning/setting.js";
import { catalogOfServer } from "../../../sync/mysql/catalog.js";

/** Makes the commerce schema in a database of its own, and keeps the catalog of it in a file. */
export async function makeTotesys(server: URL, file: string): Promise<void> {
  const name = `totesys_catalog_${process.pid}`, url = new URL(`/${name}`, server);
  await migrate(url);
  const { catalog: { entities, classes, roles } } = await catalogOfServer(url, await readMeaning(ownCatalog));
  writeFileSync(file, JSON.stringify({ entities, policy: { classes, roles } }));
  await using connection = await connectMysql(server);
  await connection.query(`DROP DATABASE ${name}`);
}
