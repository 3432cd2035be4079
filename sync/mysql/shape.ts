import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { grouped } from "../../runtime/grouped.js";
import type { ColumnShape, ForeignKey, Shape, TableShape } from "../../schema/shape.js";
import { type ColumnRecord, factsOf } from "./row/columns.js";
import { typeOf } from "./row/type-of.js";

/** Reads what the server says of the tables of a database. */
export async function shapeOf(connection: Connection, database: string): Promise<Shape> {
  const about = async <T>(sql: string): Promise<(T & RowDataPacket)[]> =>
    (await connection.query<(T & RowDataPacket)[]>(sql, [database]))[0];
  const tables = await about<TableRecord>(
    "SELECT TABLE_NAME AS name, TABLE_TYPE AS type, TABLE_COMMENT AS comment FROM information_schema.tables "
      + "WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME",
  );
  const columns = await about<Named & WholeColumn>(
    "SELECT *, TABLE_NAME AS name FROM information_schema.columns WHERE TABLE_SCHEMA = ? "
      + "ORDER BY TABLE_NAME, ORDINAL_POSITION",
  );
  const indexes = await about<Named & IndexPart>(
    "SELECT TABLE_NAME AS name, INDEX_NAME AS indexName, COLUMN_NAME AS part, NULLABLE AS nullable, SUB_PART AS prefix "
      + "FROM information_schema.statistics WHERE TABLE_SCHEMA = ? AND NON_UNIQUE = 0 "
      + "ORDER BY TABLE_NAME, INDEX_NAME = 'PRIMARY' DESC, INDEX_NAME, SEQ_IN_INDEX",
  );
  const foreign = await about<Named & ForeignPart>(
    "SELECT TABLE_NAME AS name, CONSTRAINT_NAME AS keyName, COLUMN_NAME AS part, REFERENCED_TABLE_SCHEMA AS toDb, "
      + "REFERENCED_TABLE_NAME AS toTable, REFERENCED_COLUMN_NAME AS toPart FROM information_schema.key_column_usage "
      + "WHERE TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME IS NOT NULL "
      + "ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION",
  );
  const [columnsOf, indexesOf, foreignOf] = [grouped(columns, nameOf), grouped(indexes, nameOf), grouped(foreign, nameOf)];
  return { tables: tables.map((table): TableShape => {
    const { name } = table, isView = !/BASE TABLE|VERSIONED/.test(table.type);
    return {
      name, comment: isView ? "" : table.comment, ...(isView && { isView }),
      columns: (columnsOf.get(name) ?? []).map(columnShape),
      ...keyOf(indexesOf.get(name) ?? []),
      // A row of another database is none that could be shown.
      foreignKeys: keysIn((foreignOf.get(name) ?? []).filter(({ toDb }) => toDb === database)).map((parts): ForeignKey => ({
        columns: parts.map(({ part }) => part), to: parts[0]!.toTable,
        toColumns: parts.map(({ toPart }) => toPart),
      })),
    };
  }) };
}

function keysIn(parts: readonly ForeignPart[]): readonly ForeignPart[][] {
  return [...grouped(parts, ({ keyName }) => keyName).values()];
}

interface Named {
  readonly name: string;
}

interface TableRecord extends Named {
  readonly type: string;
  readonly comment: string;
}

interface WholeColumn extends ColumnRecord {
  readonly IS_NULLABLE: string;
  readonly COLUMN_COMMENT: string;
  readonly EXTRA: string;
}

interface IndexPart {
  readonly indexName: string;
  /** Null for an expression. */
  readonly part: string | null;
  readonly nullable: string | null;
  readonly prefix: number | string | null;
}

interface ForeignPart {
  readonly keyName: string;
  readonly part: string;
  readonly toDb: string;
  readonly toTable: string;
  readonly toPart: string;
}

function nameOf({ name }: Named): string {
  return name;
}

function columnShape(record: WholeColumn): ColumnShape {
  const facts = factsOf(record);
  return {
    name: record.COLUMN_NAME, type: facts && typeOf(facts), nullable: record.IS_NULLABLE === "YES",
    comment: record.COLUMN_COMMENT, declared: record.COLUMN_TYPE, ...(/auto_increment/i.test(record.EXTRA) && { serial: true }),
  };
}

/**
 * The primary key, also one of the beginnings of texts; without one, the first unique index whose columns are whole and cannot be null, as
 * MySQL itself chooses.
 */
function keyOf(parts: readonly IndexPart[]): Pick<TableShape, "key" | "isUniqueIndex"> {
  for (const [name, index] of grouped(parts, ({ indexName }) => indexName)) {
    const isPrimary = name === "PRIMARY";
    const isKey = isPrimary || index.every(({ part, nullable, prefix }) =>
      part !== null && nullable !== "YES" && (prefix === null || prefix === 0));
    if (isKey) return { key: index.map(({ part }) => part!), ...(!isPrimary && { isUniqueIndex: true }) };
  }
  return { key: [] };
}
