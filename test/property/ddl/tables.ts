import { catalog } from "../../../schema/catalog.js";
import { entity, decimal, int64, nullable, string, timestamp } from "../../support/declare.js";

const payment = entity("payment", {
  description: "Followed, with two columns that are easily taken for one another.", key: ["id"], owner: { kind: "everyone" },
  fields: {
    id: int64("public", "Key."), note: string(40, "public", "Note."), twin: nullable(string(40, "public", "Twin.")),
    paid: decimal(12, 2, "public", "Paid."), seen: nullable(timestamp("public", "Seen.")),
  },
});
const design = entity("design", {
  description: "Followed.", key: ["id"], owner: { kind: "everyone" },
  fields: { id: int64("public", "Key."), name: string(60, "public", "Name."), made: nullable(decimal(12, 2, "public", "Made.")) },
});
export const followed = catalog([payment, design]);

export const creating = {
  payment:
    "CREATE TABLE payment (id BIGINT PRIMARY KEY, note VARCHAR(40) NOT NULL DEFAULT 'new', twin VARCHAR(40), paid DECIMAL(12,2) NOT NULL "
      + "DEFAULT 0, seen DATETIME(6), extra INT DEFAULT 3)",
  design: "CREATE TABLE design (id BIGINT PRIMARY KEY, name VARCHAR(60) NOT NULL, made DECIMAL(12,2))",
};

/** What surrounds the followed tables: a table to exchange with, functions and triggers that write, another database. */
export const around = [
  "CREATE TABLE archive (id BIGINT PRIMARY KEY, note VARCHAR(40) NOT NULL DEFAULT 'new', twin VARCHAR(40), paid DECIMAL(12,2) NOT NULL "
    + "DEFAULT 0, seen DATETIME(6), extra INT DEFAULT 3) " +
    "PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN MAXVALUE)",
  "CREATE TABLE aside (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(40))",
  "CREATE TRIGGER by_aside AFTER INSERT ON aside FOR EACH ROW UPDATE payment SET note = CONCAT('t', NEW.id) WHERE id = NEW.id % 20",
  "CREATE FUNCTION f_pay(n INT) RETURNS INT DETERMINISTIC BEGIN UPDATE payment SET paid = paid + n WHERE id < 5; RETURN n; END",
];
export const rows = [
  "INSERT INTO payment (id, note, twin, paid, seen) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) " +
    "SELECT i, CONCAT('note ', i), IF(i % 3 = 0, NULL, CONCAT('twin ', i)), i * 1.37, '2026-01-02 03:04:05.678901' + INTERVAL i SECOND "
      + "FROM n",
  "INSERT INTO design SELECT id, note, paid FROM payment WHERE id < 15",
];
