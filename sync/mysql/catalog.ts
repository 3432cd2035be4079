import { PreflightFailed } from "../../runtime/findings.js";
import { databaseOf, mysqlPlace } from "../../runtime/mysql/mysql.js";
import { type Compiled, compile } from "../../schema/meaning/compile.js";
import { type Meaning, readAsFarAsPossible } from "../../schema/meaning/read.js";
import type { Shape } from "../../schema/shape.js";
import { type Asking, askedAtStart } from "./preflight/at-start.js";
import { shapeOf } from "./shape.js";

/** The catalog of the database that the URL names, as its tables are now. @throws PreflightFailed with everything that does not fit */
export async function catalogOfServer(url: URL, meaning: Meaning, asking: Asking = {}): Promise<Compiled> {
  return compile(meaning, await shapeOfServer(url, asking));
}

/** The same, of a catalog folder: the mistakes of form in it are reported together with all that does not fit. @throws PreflightFailed */
export async function catalogOfFolder(url: URL, folder: string, asking: Asking = {}): Promise<Compiled> {
  const meaning = await readAsFarAsPossible(folder);
  try {
    return await catalogOfServer(url, meaning, asking);
  } catch (error) {
    if (!(error instanceof PreflightFailed) || error.findings.some((each) => meaning.mistakes.includes(each))) throw error;
    throw new PreflightFailed([...meaning.mistakes, ...error.findings]);
  }
}

/** The shape of the database that the URL names. @throws PreflightFailed */
export async function shapeOfServer(url: URL, asking: Asking = {}): Promise<Shape> {
  const database = databaseOf(url);
  if (!database) throw new PreflightFailed([
    { where: mysqlPlace(url), problem: "its URL names no database", remedy: "end it with one: mysql://user@host:3306/totesys" },
  ]);
  const shape = await askedAtStart(url, asking, (connection) => shapeOf(connection, database));
  if (shape.tables.length > 0) return shape;
  throw new PreflightFailed([{
    where: `${mysqlPlace(url)}, database ${database}`, problem: "it has no table, or the user may not see any",
    remedy: `make its tables (for the commerce schema: the command migrate), correct its name, or as an administrator: `
      + `GRANT SELECT ON \`${database}\`.* TO the user of the URL`,
  }]);
}
