import { totesys } from "../../../support/totesys.js";
import {
  createTable, deadLetterTable, insertInto, progressTable, removeFrom, tablesOf,
} from "../../../../stores/cassandra/tables/tables.js";
import { sample } from "../../../contract/entities.js";

const cqlOf = (table: string) => tablesOf(totesys.entity(table)).map((each) => createTable(each));

test("an entity has a table by key and a full copy per lookup, in the lookup's order", () => {
  expect(cqlOf("transaction")).toEqual([
    `CREATE TABLE IF NOT EXISTS "transaction" (
  "transaction_id" bigint,
  "transaction_type" text,
  "sales_order_id" bigint,
  "purchase_order_id" bigint,
  "created_at" text,
  "last_updated" text,
  "sluice_version" bigint,
  PRIMARY KEY (("transaction_id"))
)`,
    `CREATE TABLE IF NOT EXISTS "transaction_by_sales_order_id" (
  "transaction_id" bigint,
  "transaction_type" text,
  "sales_order_id" bigint,
  "purchase_order_id" bigint,
  "created_at" text,
  "last_updated" text,
  "sluice_version" bigint,
  PRIMARY KEY (("sales_order_id"), "created_at", "transaction_id")
) WITH CLUSTERING ORDER BY ("created_at" DESC, "transaction_id" DESC)`,
    `CREATE TABLE IF NOT EXISTS "transaction_by_purchase_order_id" (
  "transaction_id" bigint,
  "transaction_type" text,
  "sales_order_id" bigint,
  "purchase_order_id" bigint,
  "created_at" text,
  "last_updated" text,
  "sluice_version" bigint,
  PRIMARY KEY (("purchase_order_id"), "created_at", "transaction_id")
) WITH CLUSTERING ORDER BY ("created_at" DESC, "transaction_id" DESC)`,
  ]);
});

test("every kind of field has the CQL type that holds it exactly", () => {
  expect(cqlOf("payment")[0]).toBe(`CREATE TABLE IF NOT EXISTS "payment" (
  "payment_id" bigint,
  "transaction_id" bigint,
  "counterparty_id" bigint,
  "payment_amount" decimal,
  "currency_id" bigint,
  "payment_type_id" bigint,
  "paid" boolean,
  "payment_date" date,
  "company_ac_number" text,
  "counterparty_ac_number" text,
  "created_at" text,
  "last_updated" text,
  "sluice_version" bigint,
  PRIMARY KEY (("payment_id"))
)`);
});

test("the key column of a lookup stands once in its table's primary key", () => {
  expect(tablesOf(sample).map((table) => createTable(table).split("\n").filter((line) => /PRIMARY|WITH/.test(line)))).toEqual([
    [`  PRIMARY KEY (("specimen_id", "part"))`],
    [`  PRIMARY KEY (("specimen_id"), "taken_on", "part")`, `) WITH CLUSTERING ORDER BY ("taken_on" DESC, "part" DESC)`],
  ]);
});

test("writes name every column, and the version as their timestamp", () => {
  const [, byOrder] = tablesOf(totesys.entity("transaction"));
  expect(insertInto(byOrder!)).toBe(
    `INSERT INTO "transaction_by_sales_order_id" ("transaction_id", "transaction_type", "sales_order_id", "purchase_order_id", `
      + `"created_at", ` +
      `"last_updated", "sluice_version") VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?`,
  );
  expect(removeFrom(byOrder!)).toBe(
    `DELETE FROM "transaction_by_sales_order_id" USING TIMESTAMP ? WHERE "sales_order_id" = ? AND "created_at" = ? AND "transaction_id" `
      + "= ?",
  );
});

test("progress and dead letters have a table each", () => {
  expect([createTable(progressTable), createTable(deadLetterTable)]).toEqual([
    `CREATE TABLE IF NOT EXISTS "sluice_progress" (
  "pipeline" text,
  "progress" text,
  PRIMARY KEY (("pipeline"))
)`,
    `CREATE TABLE IF NOT EXISTS "sluice_dead_letters" (
  "entity" text,
  "key" text,
  "version" bigint,
  "parked_at" timestamp,
  "reason" text,
  "key_values" text,
  "change" text,
  PRIMARY KEY (("entity", "key"))
)`,
  ]);
});

test("no two tables of the catalog share a name, and none is too long for Cassandra 4", () => {
  const names = totesys.entities.flatMap(tablesOf).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name.length > 48)).toEqual([]);
});
