import type { Connection as Callbacks } from "mysql2";
import { fill } from "../../generator/main.js";
import { migrate } from "../../migrations/migrate.js";
import { connectMysql } from "../../runtime/mysql/mysql.js";
import type { Entity } from "../../schema/entity.js";
import { partiesOf } from "../sync/workload.js";

/** How many rows one statement writes. */
const piece = 100_000;

/**
 * Fills a table with orders that the server itself writes, beside a small company they belong to. Every seventh key is left out, as deletes
 * leave gaps. Nothing of it is in the binary log.
 */
export async function fillTable(mysql: URL, rows: number): Promise<void> {
  await migrate(mysql);
  await fill({ mysql, seed: 1, rows: 2_000, until: Date.UTC(2026, 0, 1) }, new AbortController().signal, () => undefined);
  await using connection = await connectMysql(mysql);
  const { designs, staff, counterparties } = await partiesOf(connection);
  await connection.query(`SET sql_log_bin = 0, foreign_key_checks = 0, cte_max_recursion_depth = ${piece + 1}`);
  // The fill's own orders are deleted, because their number depends on the seed.
  for (const table of ["payment", "transaction", "sales_order"]) await connection.query(`DELETE FROM ${table}`);
  for (let from = 0; from < rows; from += piece) {
    await connection.query(`INSERT INTO sales_order (sales_order_id, design_id, staff_id, counterparty_id, units_sold, unit_price,
      currency_id, agreed_delivery_date,
      agreed_payment_date, agreed_delivery_location_id, created_at, last_updated)
      WITH RECURSIVE numbers (n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM numbers WHERE n < ${Math.min(from + piece, rows) - 1})
      SELECT n + n DIV 6 + 1, n MOD ${designs} + 1, n * 7 MOD ${staff} + 1, n * 31 MOD ${counterparties} + 1, n MOD 900 + 100,
      n MOD 900000 / 100, n MOD 12 + 1,
        '2026-01-01' + INTERVAL n MOD 365 DAY, '2026-02-01' + INTERVAL n MOD 365 DAY, n MOD 3 + 1, '2025-06-01' + INTERVAL n SECOND,
        '2025-06-01' + INTERVAL n * 2 SECOND
      FROM numbers`);
  }
  await connection.query("ANALYZE TABLE sales_order");
}

/** How many seconds it takes to receive every row, as the driver makes it, and throw it away. */
export async function selectIntoNothing(mysql: URL, { fields }: Entity): Promise<number> {
  await using connection = await connectMysql(mysql);
  const { connection: wrapped } = connection as unknown as { readonly connection: Callbacks };
  const began = performance.now();
  await new Promise<void>((resolve, reject) => {
    const query = wrapped.query(`SELECT ${Object.keys(fields).join(", ")} FROM sales_order`);
    // Read by events, so that nothing collects the rows.
    query.on("result", () => undefined).on("end", resolve).on("error", reject);
  });
  return (performance.now() - began) / 1000;
}
