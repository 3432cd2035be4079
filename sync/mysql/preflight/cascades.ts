import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import type { Finding } from "../../../runtime/findings.js";
import type { Catalog } from "../../../schema/catalog.js";
import type { LiveKey } from "../definitions/foreign-keys.js";

/** Why foreign keys that change rows without a trace in the log cannot be followed, or may not be. */
export async function cascadeFindings(
  connection: Connection, catalog: Catalog, keys: readonly LiveKey[], policy: "follow" | "refuse", database: string, where: string,
): Promise<Finding[]> {
  const [settings] = await connection.query<RowDataPacket[]>(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('gtid_mode', 'binlog_row_metadata')",
  );
  const setting = (name: string) => String(settings.find(({ Variable_name: each }) => each === name)?.Value).toUpperCase();
  return keys.flatMap(({ name, entity, parent, parentDatabase }) => {
    const why = policy === "refuse" ? "and --cascades is refuse"
      : parentDatabase !== database ? `and its parent is in the database ${parentDatabase}, which is not followed`
        : setting("gtid_mode") !== "ON" ? "and without GTIDs a copy of its table has no place in the log"
          : !catalog.has(parent) && setting("binlog_row_metadata") !== "FULL"
            ? `and the log does not name the columns of ${parent}, which the catalog does not have` : null;
    return why === null ? [] : [{
      where: `${where}, table ${entity}`,
      problem: `foreign key ${name} changes rows by itself (CASCADE or SET NULL), which this server does not write to the binary log, `
        + why,
      remedy: policy === "refuse" ? "leave --cascades out, or make it RESTRICT and let the application change the rows"
        : "make it RESTRICT and let the application change the rows, or use MySQL 9.6 or newer",
    }];
  });
}
