import { createConnection, type Connection } from "mysql2/promise";

export interface Workload {
  readonly name: string;
  /** Writes the workload and returns how many rows of events it makes. */
  write(connection: Connection, target: { readonly url: string; readonly database: string; readonly scale: number }): Promise<number>;
}

/**
 * bulk: 600,000 rows in transactions of 100 (70 inserted, 25 updated, 5 deleted) · small: 50,000 transactions of one row ·
 * orm: transactions of 100 statements of one row each.
 */
export const workloads: readonly Workload[] = [
  {
    name: "bulk",
    write: async (connection, { scale }) => {
      const transactions = Math.round(6_000 * scale);
      await connection.query(`CREATE TABLE bulk ${COLUMNS}`);
      for (let n = 0; n < transactions; n++) {
        const first = n * 70 + 1;
        await connection.query(`BEGIN; INSERT INTO bulk VALUES ${orders(first, 70)};
          UPDATE bulk SET amount=amount+1.25, status='shipped', updated_at=NOW(6) WHERE id BETWEEN ${first} AND ${first + 24};
          DELETE FROM bulk WHERE id BETWEEN ${first + 60} AND ${first + 64}; COMMIT`);
      }
      return transactions * 100;
    },
  },
  {
    name: "small",
    write: async (connection, { url, database, scale }) => {
      const transactions = Math.round(50_000 * scale), writers = 8, share = Math.ceil(transactions / writers);
      await connection.query(`CREATE TABLE small ${COLUMNS}`);
      await Promise.all(Array.from({ length: writers }, async (_, writer) => {
        const own = await createConnection({ uri: url, database, multipleStatements: true });
        for (let n = 0; n < share; n += 50)
          await own.query(Array.from(
            { length: Math.min(50, share - n) }, (_, i) => `INSERT INTO small VALUES ${orders(writer * share + n + i + 1, 1)}`,
          ).join(";"));
        await own.end();
      }));
      return share * writers;
    },
  },
  {
    name: "orm",
    write: async (connection, { scale }) => {
      const transactions = Math.round(1_500 * scale);
      await connection.query(`CREATE TABLE orm ${COLUMNS}`);
      for (let n = 0; n < transactions; n++)
        await connection.query(`BEGIN; ${Array.from(
          { length: 100 }, (_, i) => `INSERT INTO orm VALUES ${orders(n * 100 + i + 1, 1)}`,
        ).join(";")}; COMMIT`);
      return transactions * 100;
    },
  },
];

const COLUMNS = `(id BIGINT PRIMARY KEY, customer_id INT NOT NULL, staff_id INT, reference VARCHAR(40) NOT NULL,
  status ENUM('new','paid','shipped','closed') NOT NULL,
  quantity INT UNSIGNED NOT NULL, amount DECIMAL(12,2) NOT NULL, tax DECIMAL(10,4), currency CHAR(3) NOT NULL, note VARCHAR(200),
  details JSON,
  created_at DATETIME(6) NOT NULL, updated_at DATETIME(6) NOT NULL)`;

function orders(first: number, count: number): string {
  return Array.from({ length: count }, (_, i) => {
    const id = first + i, micros = String((id * 7919) % 1_000_000).padStart(6, "0"), at =
      `'2026-03-${String((id % 28) + 1).padStart(2, "0")} 12:${String(id % 60).padStart(2, "0")}:11.${micros}'`;
    return (
      `(${id},${id % 5000},${id % 7 === 0 ? "NULL" : id % 300},` +
      `'ORDER-${String(id).padStart(10, "0")}','paid',${(id % 40) + 1},${id % 9000}.${String(id % 100).padStart(2, "0")},` +
      `${id % 700}.1250,'EUR','please leave it at the front door, number `
        + `${id}','{"channel":"web","items":${id % 9},"gift":false}',${at},${at})`
    );
  }).join(",");
}
