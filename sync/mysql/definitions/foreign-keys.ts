import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import type { Catalog } from "../../../schema/catalog.js";
import type { Entity } from "../../../schema/entity.js";
import { type ForeignKey, type Rule, tablesBelow } from "../../../schema/foreign-key.js";
import type { Server } from "../connection/server.js";

/**
 * Whether the server logs what foreign keys change.
 * InnoDB's own foreign keys change rows of other tables and leave nothing in the binary log. A server that checks them itself logs such
 * changes like others: MySQL 9.6 and newer, unless innodb_native_foreign_keys says otherwise.
 */
export async function logsCascades(connection: Connection, server: Server): Promise<boolean> {
  const [[native]] = await connection.query<RowDataPacket[]>("SHOW GLOBAL VARIABLES LIKE 'innodb_native_foreign_keys'");
  return server.release >= 90_600 && native?.Value !== "ON";
}

/** A foreign key, and the database of its parent. */
export type LiveKey = ForeignKey & { readonly parentDatabase: string };

interface KeyPart {
  readonly name: string;
  readonly child: string;
  readonly field: string;
  readonly parentDatabase: string;
  readonly parent: string;
  readonly reference: string;
  readonly onDelete: string;
  readonly onUpdate: string;
}

/** Of these, equal values are equal to MySQL and to us. Of texts, that depends on the collation. */
const exactKinds: ReadonlySet<string> = new Set(["int64", "int32"]);

/** The foreign keys of the live database that change rows by themselves, as far as they reach the catalog's tables. */
export async function foreignKeysOf(connection: Connection, catalog: Catalog, database: string): Promise<readonly LiveKey[]> {
  const [parts] = await connection.query<(KeyPart & RowDataPacket)[]>(
    `SELECT k.CONSTRAINT_NAME AS name, k.TABLE_NAME AS child, k.COLUMN_NAME AS field, k.REFERENCED_TABLE_SCHEMA AS parentDatabase,
      k.REFERENCED_TABLE_NAME AS parent, k.REFERENCED_COLUMN_NAME AS reference, r.DELETE_RULE AS onDelete, r.UPDATE_RULE AS onUpdate
    FROM information_schema.referential_constraints r JOIN information_schema.key_column_usage k
      ON k.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA AND k.CONSTRAINT_NAME = r.CONSTRAINT_NAME AND k.TABLE_NAME = r.TABLE_NAME
    WHERE r.CONSTRAINT_SCHEMA = ? AND (r.DELETE_RULE IN ('CASCADE', 'SET NULL') OR r.UPDATE_RULE IN ('CASCADE', 'SET NULL'))
    ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
    [database],
  );
  if (parts.length === 0) return [];
  const [generated] = await connection.query<RowDataPacket[]>(
    "SELECT TABLE_NAME AS child, COLUMN_NAME AS field FROM information_schema.columns "
      + "WHERE TABLE_SCHEMA = ? AND EXTRA REGEXP '(VIRTUAL|STORED) GENERATED'",
    [database],
  );
  const computes = ({ table, fields }: Entity) =>
    generated.some(({ child, field }) => child === table && Object.hasOwn(fields, String(field)));
  const byName = new Map<string, KeyPart[]>();
  for (const part of parts) byName.set(`${part.child}\0${part.name}`, [...byName.get(`${part.child}\0${part.name}`) ?? [], part]);
  const keys = [...byName.values()].map((of): LiveKey => {
    const { name, child, parent, parentDatabase, onDelete, onUpdate } = of[0]!;
    const fields = of.map(({ field }) => field), entity = catalog.has(child) ? catalog.entity(child) : null;
    const isDerived = entity !== null && fields.every((name) => exactKinds.has(entity.fields[name]?.type.kind ?? ""));
    const isComputed = entity !== null && computes(entity), isNullable = fields.every((name) => entity?.fields[name]?.nullable);
    const rule = (of: string, changesRows: boolean): Rule => {
      if (of !== "CASCADE" && of !== "SET NULL") return null;
      if (!isDerived || (changesRows && isComputed)) return "copy";
      return of === "CASCADE" ? "cascade" : isNullable ? "set null" : "copy";
    };
    return {
      name, entity: child, fields, parent, parentDatabase, references: of.map(({ reference }) => reference),
      onDelete: rule(onDelete, onDelete === "SET NULL"), onUpdate: rule(onUpdate, true),
    };
  });
  return keys.filter(({ entity }) => tablesBelow(keys, [entity]).some((table) => catalog.has(table)));
}
