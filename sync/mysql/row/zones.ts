import { escape } from "mysql2";
import { datetimeAhead } from "../../../runtime/mysql/mysql.js";
import type { Entity } from "../../../schema/entity.js";
import type { TableMap } from "../binlog/event.js";
import type { Reading } from "../connection/reading.js";
import { type RowCodec, rowCodec, type Zoned } from "./codec.js";
import { selectedAs } from "./snapshot-sql.js";

/** Makes the codec for rows of a SELECT. It asks each time which columns are DATETIME, because a table may be changed. */
export async function codecFor(reading: Reading, database: string, entity: Entity, signal: AbortSignal): Promise<RowCodec> {
  const ahead = datetimeAhead(reading.url);
  if (ahead === 0) return rowCodec(entity, undefined, selectedAs);
  const columns = await reading.rows("SELECT COLUMN_NAME AS name FROM information_schema.columns WHERE DATA_TYPE = 'datetime' "
    + `AND TABLE_SCHEMA = ${escape(database)} AND TABLE_NAME = ${escape(entity.table)}`, signal);
  return rowCodec(entity, { ahead, columns: new Set(columns.map(({ name }) => String(name))) }, selectedAs);
}

/** The zoned columns of a table map, which names the columns as they were when the rows were written. */
export function zonedIn({ columns }: TableMap, ahead: number): Zoned {
  return { ahead, columns: new Set(columns.filter(({ type }) => type === "datetime").map(({ name }) => name)) };
}
