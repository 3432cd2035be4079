import type { Connection, RowDataPacket } from "mysql2/promise";
import { PreflightFailed } from "../../runtime/findings.js";
import type { Micros } from "../clock.js";
import type { FieldDraw } from "../parties.js";
import type { Draw } from "../random.js";
import type { Table } from "../tables.js";

/** What one business transaction works with. */
export interface Trade {
  /** A connection within a transaction. */
  readonly connection: Connection;
  readonly directory: Directory;
  /** This transaction's own numbers. */
  readonly draw: FieldDraw;
  /** Numbers that stay the same for one holder, as in the initial fill. */
  readonly lasting: Draw;
  readonly now: Micros;
}

/** How many rows the transaction wrote. */
export interface Done {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly trace: Trace;
  /** The directory learns of it once it is committed. */
  readonly met?: Partner;
}

/** One row that shows in the database whether the transaction was committed. */
export interface Trace {
  readonly table: Table;
  readonly key: string;
  /** When the row was made or last changed; null when the transaction deletes it. */
  readonly at: string | null;
}

export interface Partner {
  readonly id: string;
  readonly seat: string;
}

/** Whom and what the database knows when the stream begins, so that a sale need not ask. */
export interface Directory {
  readonly partners: Partner[];
  readonly staff: readonly string[];
  readonly departments: readonly string[];
  readonly designs: readonly string[];
  readonly currencies: readonly string[];
  /** The company's own places of delivery; empty when every address is a counterparty's. */
  readonly warehouses: readonly string[];
  /** The id of each payment type, by name. */
  readonly paymentTypes: ReadonlyMap<string, string>;
}

/** The directory remembers the newest, so that memory stays bounded. */
export const mostPartners = 100_000;

/** @throws PreflightFailed when the database has no parties to trade with */
export async function openDirectory(connection: Connection, where: string): Promise<Directory> {
  const read = async (sql: string): Promise<RowDataPacket[]> => (await connection.query<RowDataPacket[]>(sql))[0].reverse();
  const ids = async (table: string) => (await read(`SELECT ${table}_id AS id FROM ${table} ORDER BY 1 DESC LIMIT ${mostPartners}`))
    .map((row) => String(row.id));
  const types = await read("SELECT payment_type_id AS id, payment_type_name AS name FROM payment_type ORDER BY 1 DESC LIMIT 1000");
  const partners = await read(
    `SELECT counterparty_id AS id, legal_address_id AS seat FROM counterparty ORDER BY 1 DESC LIMIT ${mostPartners}`,
  );
  const warehouses = await read(`SELECT address_id AS id FROM address WHERE NOT EXISTS
    (SELECT 1 FROM counterparty WHERE legal_address_id = address_id) ORDER BY 1 LIMIT 3`);
  const directory = {
    partners: partners.map((row) => ({ id: String(row.id), seat: String(row.seat) })),
    staff: await ids("staff"),
    departments: await ids("department"),
    designs: await ids("design"),
    currencies: await ids("currency"),
    warehouses: warehouses.map((row) => String(row.id)),
    paymentTypes: new Map(types.map((row) => [String(row.name), String(row.id)])),
  };
  const empty = [
    ...Object.entries({
      counterparty: directory.partners, staff: directory.staff, department: directory.departments, design: directory.designs,
      currency: directory.currencies,
    }),
    ["payment_type", types] as const,
  ].filter(([, rows]) => rows.length === 0).map(([table]) => table);
  if (empty.length > 0) {
    throw new PreflightFailed([{
      where, problem: `there is nothing to trade with: ${empty.join(", ")} have no rows`,
      remedy: "make the initial fill first: the command generate fill",
    }]);
  }
  return directory;
}
