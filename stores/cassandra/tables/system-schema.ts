import type { types } from "cassandra-driver";
import type { Session } from "../connection/session.js";
import type { Table } from "./tables.js";

/** A table as the server has it. */
export interface Existing extends Table {
  readonly comment: string;
  /** The id of this table, which no later one of its name has. */
  readonly id: string;
}

export async function hasKeyspace(session: Session): Promise<boolean> {
  return (await session.execute(
    "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?", [session.keyspace],
  )).first() !== null;
}

/** The keyspace's tables by name. */
export async function readTables(session: Session): Promise<ReadonlyMap<string, Existing>> {
  const [columns, tables] = await Promise.all([
    session.execute(
      "SELECT table_name, column_name, type, kind, position, clustering_order FROM system_schema.columns WHERE keyspace_name = ?",
      [session.keyspace],
    ),
    session.execute("SELECT table_name, comment, id FROM system_schema.tables WHERE keyspace_name = ?", [session.keyspace]),
  ]);
  const described = columns.rows as unknown as readonly Description[];
  return new Map((tables.rows as unknown as readonly { readonly table_name: string; readonly comment: string; readonly id: types.Uuid }[])
    .map(({ table_name, comment, id }) =>
    [table_name, { ...tableOf(table_name, described.filter((column) => column.table_name === table_name)), comment, id: id.toString() }]));
}

interface Description {
  readonly table_name: string;
  readonly column_name: string;
  readonly type: string;
  readonly kind: "partition_key" | "clustering" | "regular" | "static";
  readonly position: number;
  readonly clustering_order: "asc" | "desc" | "none";
}

function tableOf(name: string, columns: readonly Description[]): Table {
  const ofKind = (kind: Description["kind"]) => columns.filter((c) => c.kind === kind).sort((a, b) => a.position - b.position);
  return {
    name,
    columns: Object.fromEntries(columns.map((c) => [c.column_name, c.type])),
    partition: ofKind("partition_key").map((c) => c.column_name),
    clustering: ofKind("clustering").map((c) => ({ column: c.column_name, direction: c.clustering_order === "desc" ? "desc" : "asc" })),
  };
}
