import { catalog } from "../../../schema/catalog.js";
import { entity, int64, nullable, reference, string, timestamp } from "../../support/declare.js";

const name = string(40, "public", "Name.");
const id = int64("public", "Key.");

export const customer = entity("customer", { description: "A customer.", key: ["id"], owner: { kind: "everyone" }, fields: { id, name } });
export const invoice = entity("invoice", {
  description: "A customer's invoice.", key: ["id"], owner: { kind: "everyone" },
  fields: { id, customer_id: reference(customer, "public", "Whose."), name, changed: timestamp("public", "When it was changed.") },
  lookups: [{ name: "invoices", by: "customer_id", orderBy: "id", direction: "asc", description: "Its invoices." }],
});
/** Its key has its parent's. */
export const line = entity("line", {
  description: "A line of an invoice.", key: ["invoice_id", "n"], owner: { kind: "everyone" },
  fields: { invoice_id: reference(invoice, "public", "Of which."), n: int64("public", "Number."), name },
  lookups: [{ name: "lines", by: "invoice_id", orderBy: "n", direction: "asc", description: "Its lines." }],
});
/** It outlives its parents. */
export const note = entity("note", {
  description: "A note.", key: ["id"], owner: { kind: "everyone" },
  fields: {
    id, customer_id: nullable(reference(customer, "public", "About whom.")),
    invoice_id: nullable(reference(invoice, "public", "About which.")), name,
  },
  lookups: [
    { name: "notes", by: "customer_id", orderBy: "id", direction: "asc", description: "Notes about it." },
    { name: "notesOfInvoice", by: "invoice_id", orderBy: "id", direction: "asc", description: "Notes about it." },
  ],
});
/** Its lookup is not by its parent, so a wide-column store cannot find its rows. */
export const staff = entity("staff", {
  description: "A person.", key: ["id"], owner: { kind: "everyone" },
  fields: { id, boss_id: nullable(int64("public", "Who leads.")), name },
});
/** A tree, whose branches go with their root. */
export const branch = entity("branch", {
  description: "A branch.", key: ["id"], owner: { kind: "everyone" },
  fields: { id, up_id: nullable(int64("public", "Where it grows.")), name },
});
/** Its foreign key is a text. */
export const code = entity("code", {
  description: "A code.", key: ["id"], owner: { kind: "everyone" }, fields: { id, country: nullable(string(2, "public", "Where.")) },
});
export const family = catalog([customer, invoice, line, note, staff, branch, code]);

/** `country` is not of the catalog. */
export const tables = [
  "CREATE TABLE country (code CHAR(2) PRIMARY KEY)",
  "CREATE TABLE customer (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL)",
  `CREATE TABLE invoice (id BIGINT PRIMARY KEY, customer_id BIGINT NOT NULL, name VARCHAR(40) NOT NULL,
    changed TIMESTAMP(6) NOT NULL DEFAULT NOW(6) ON UPDATE NOW(6),
    CONSTRAINT invoice_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE ON UPDATE CASCADE)`,
  `CREATE TABLE line (invoice_id BIGINT, n BIGINT, name VARCHAR(40) NOT NULL, PRIMARY KEY (invoice_id, n),
    CONSTRAINT line_invoice FOREIGN KEY (invoice_id) REFERENCES invoice (id) ON DELETE CASCADE ON UPDATE CASCADE)`,
  `CREATE TABLE note (id BIGINT PRIMARY KEY, customer_id BIGINT, invoice_id BIGINT, name VARCHAR(40) NOT NULL,
    CONSTRAINT note_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE SET NULL ON UPDATE SET NULL,
    CONSTRAINT note_invoice FOREIGN KEY (invoice_id) REFERENCES invoice (id) ON DELETE SET NULL ON UPDATE CASCADE)`,
  `CREATE TABLE staff (id BIGINT PRIMARY KEY, boss_id BIGINT, name VARCHAR(40) NOT NULL,
    CONSTRAINT staff_boss FOREIGN KEY (boss_id) REFERENCES staff (id) ON DELETE SET NULL)`,
  `CREATE TABLE branch (id BIGINT PRIMARY KEY, up_id BIGINT, name VARCHAR(40) NOT NULL,
    CONSTRAINT branch_up FOREIGN KEY (up_id) REFERENCES branch (id) ON DELETE CASCADE)`,
  `CREATE TABLE code (id BIGINT PRIMARY KEY, country CHAR(2),
    CONSTRAINT code_country FOREIGN KEY (country) REFERENCES country (code) ON DELETE SET NULL ON UPDATE CASCADE)`,
];
