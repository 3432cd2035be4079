import type { QueryEvent } from "../../../../sync/mysql/binlog/event.js";
import { rekeyed } from "../../../../sync/mysql/statement/rekeyed.js";

const event = (statement: string): QueryEvent => ({
  type: "query", statement, database: "ours", threadId: 7, charset: "utf8mb4", sqlMode: 0, updatedDatabases: null,
  serverVersion: "8.4.3", timestamp: 0, file: "binlog.000003", offset: 1234,
});
const tables = (statement: string) => {
  const { tables, isOther } = rekeyed(event(statement), (name) => name === "followed");
  return [...(isOther ? ["other:"] : []), ...tables?.map(({ database, table }) => `${database}.${table}`) ?? ["any"]].join(" ");
};

test.each([
  ["ALTER TABLE payment ADD FOREIGN KEY (paid) REFERENCES design (id) ON DELETE CASCADE", "other: ours.payment"],
  ["ALTER TABLE x.payment ADD CONSTRAINT c FOREIGN KEY (paid) REFERENCES design (id) ON UPDATE /* c */ SET NULL", "other: x.payment"],
  ["CREATE TABLE design (id INT REFERENCES payment (id) ON DELETE CASCADE)", "other: ours.design"],
  ["CREATE TABLE design (id INT REFERENCES payment (id))", ""],
  ["CREATE TEMPORARY TABLE design (id INT REFERENCES payment (id) ON DELETE CASCADE)", ""],
  ["ALTER TABLE payment ADD FOREIGN KEY (paid) REFERENCES design (id) ON DELETE RESTRICT", ""],
  ["ALTER TABLE payment ADD COLUMN x DATETIME ON UPDATE CURRENT_TIMESTAMP COMMENT 'ON DELETE CASCADE'", ""],
  ["ALTER TABLE payment ADD a INT, DROP FOREIGN KEY by_hand", "other: ours.payment"],
  ["ALTER TABLE payment DROP CONSTRAINT `by_hand`", "other: ours.payment"],
  ["ALTER TABLE payment DROP FOREIGN KEY followed", "other:"],
  ["ALTER TABLE payment DROP COLUMN a, RENAME COLUMN b TO c", "other:"],
  ["ALTER TABLE payment RENAME TO former", "other: ours.payment ours.former"],
  ["RENAME TABLE a TO b, x.c TO d", "other: ours.a ours.b x.c ours.d"],
  ["DROP TABLE IF EXISTS a, b", "other: ours.a ours.b"],
  ["DROP DATABASE ours", "other: any"],
  ["DROP TABLE", "other: any"],
  ["DROP VIEW a", ""],
  ["INSERT INTO a VALUES ('ON DELETE CASCADE')", ""],
])("the tables whose foreign keys a statement may have made or dropped: %s", (statement, wanted) => {
  expect(tables(statement)).toBe(wanted);
});
