import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import type { Finding } from "../../../runtime/findings.js";
import { datetimeAhead } from "../../../runtime/mysql/mysql.js";
import type { Catalog } from "../../../schema/catalog.js";

/**
 * Finds DATETIME columns that would be read in the wrong zone. DATETIME has no zone.
 * CURRENT_TIMESTAMP fills it with what the server's clock reads. In another zone than UTC that is another moment than the API would say,
 * unless the URL names that zone.
 */
export async function zoneFindings(
  connection: Connection, url: URL, catalog: Catalog, database: string, where: string,
): Promise<Finding[]> {
  const [columns] = await connection.query<RowDataPacket[]>(
    "SELECT TABLE_NAME AS of_table, COLUMN_NAME AS name, CONCAT_WS(' ', COLUMN_DEFAULT, EXTRA) LIKE '%CURRENT_TIMESTAMP%' AS filled FROM "
      + "information_schema.columns " +
      "WHERE TABLE_SCHEMA = ? AND DATA_TYPE = 'datetime'",
    [database],
  );
  const declared = columns.filter(({ of_table: of, name }) =>
    catalog.has(of as string) && catalog.entity(of as string).fields[name as string]?.type.kind === "timestamp");
  if (datetimeAhead(url) !== 0) {
    return declared.filter(({ of_table: of, name }) => catalog.entity(of as string).key.includes(name as string))
      .map(({ of_table: of, name }) => ({
      where: `${where}, table ${of}`, problem: `column ${name} is of the key and a DATETIME, whose zone can only be UTC`,
      remedy: "leave datetime-zone out of the URL, or make the column a TIMESTAMP",
    }));
  }
  const filled = declared.filter((column) => Number(column.filled) === 1);
  const [[clock]] = await connection.query<RowDataPacket[]>(
    `SELECT @@GLOBAL.time_zone AS zone, ${minutesAhead("2026-01-15")} AS winter, ${minutesAhead("2026-07-15")} AS summer`,
  );
  const [winter, summer] = [Number(clock!.winter), Number(clock!.summer)];
  if (filled.length === 0 || (winter === 0 && summer === 0)) return [];
  const zone = winter === summer ? offsetOf(winter) : `${offsetOf(winter)} or ${offsetOf(summer)}, by the season`;
  const utc = "SET PERSIST time_zone = '+00:00' and put the columns right";
  return [{
    where,
    problem: `its time_zone is ${clock!.zone} (${zone}), and CURRENT_TIMESTAMP fills DATETIME columns with that zone's time, which would `
      + "be taken for UTC: "
      + filled.slice(0, 3).map(({ of_table: of, name }) => `${of}.${name}`).join(", ")
        + (filled.length > 3 ? ` and ${filled.length - 3} more` : ""),
    remedy: winter === summer ? `end the URL with ?datetime-zone=${encodeURIComponent(offsetOf(winter))} where the applications write `
      + `that zone's time too; or ${utc}`
      : `${utc}, or make the columns TIMESTAMP: a time that is read twice a year names no moment`,
  }];
}

function minutesAhead(day: string): string {
  return `TIMESTAMPDIFF(MINUTE, '${day} 12:00:00', CONVERT_TZ('${day} 12:00:00', '+00:00', @@GLOBAL.time_zone))`;
}

function offsetOf(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}
