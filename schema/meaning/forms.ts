import { z } from "zod";

/**
 * The form of the files of a catalog folder. The editor's JSON Schemas are made from it, so the descriptions here are what an editor shows.
 */

const text = z.string().min(1);
const apiName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, "begins with a letter, and has only letters, digits and underscores");
const some = (what: string) => z.array(text).min(1).describe(what);

const rows = z.union([
  z.literal("all").describe("Every row."),
  z.strictObject({
    claim: text.describe("The token's claim that holds the key of the viewer's own row."),
    of: text.describe("The table of that row, such as counterparty."),
  }).describe("Only rows that belong to the viewer's own row; each entity's `owner` says which these are."),
]);

const role = z.strictObject({
  description: text.describe("Who has this role, for people."),
  reads: z.union([z.literal("all"), z.array(text)])
    .describe("The classes of fields it may read; `all` also reads fields that no file names. What is not listed is denied."),
  rows: rows.describe("Which rows it may see."),
});

export const catalogForm = z.strictObject({
  tables: z.strictObject({
    include: some("Tables to follow besides those that have a file, as names with * for any characters; \"*\" follows every table.")
      .optional(),
    exclude: some("Tables never to follow, as names with * for any characters.").optional(),
  }).optional().describe("Which tables are followed. Without this, those that have a file."),
  classes: z.record(text, text).describe("The classes of fields, each with what it means."),
  roles: z.record(text, role).describe("The roles a token may give, each with what it may read."),
  "datetime-zone": z.literal("UTC", "is UTC; for a clock ahead of it, write UTC, and how far it is ahead in the server's URL").optional()
    .describe("The clock that fills DATETIME columns has this zone, so they are moments. Without it a DATETIME has no zone."),
  "zero-dates": z.enum(["text", "null", "refuse"]).optional()
    .describe("What becomes of 0000-00-00 and other days that no calendar has: kept as text, null, or (the default) a dead letter."),
}).describe("What the tables of a catalog have in common, and who may read what.");

const ownerRule = z.union([
  z.enum(["everyone", "hidden", "referenced"]),
  z.strictObject({ field: text.describe("The field that holds the key in the viewer's claim.") }),
  z.strictObject({ through: some("References of which the first that is not null leads to the row that decides.") }),
]);

const as = z.enum(["boolean", "uuid", "uuid-swapped", "moment"]);

const fullField = z.strictObject({
  class: text.optional().describe("The class decides which roles may read the field; a field without one only roles that read all."),
  description: text.optional().describe("What the field holds. Without it, the column's comment is taken."),
  name: apiName.optional().describe("The API's name of the field, if it is not the one derived from the column."),
  keep: z.literal(false).optional().describe("The column never leaves MySQL."),
  as: as.optional().describe("What the column holds where MySQL's type does not say it: TINYINT(1) as boolean, BINARY(16) or CHAR(36) as "
    + "uuid, BINARY(16) of UUID_TO_BIN(..., 1) as uuid-swapped, a DATETIME in UTC as moment."),
  "zero-dates": z.enum(["text", "null", "refuse"]).optional().describe("As in catalog.yaml, for this field."),
});

const lookup = z.strictObject({
  name: apiName.describe("The field that it adds to the referenced type, such as salesOrders."),
  by: text.describe("The reference whose rows are listed, by its column."),
  order: z.string().regex(/^.+ (asc|desc)$/s, "is a column and asc or desc, such as `created_at desc`")
    .describe("The column that orders the entries, and asc or desc."),
  description: text.optional().describe("What the list holds, and in which order."),
});

export const entityForm = z.strictObject({
  table: text.optional().describe("The table, if the file is not called like it."),
  name: apiName.optional().describe("The API's name of the type, if it is not the one derived from the table."),
  description: text.optional().describe("What a row is. Without it, the table's comment is taken."),
  keep: z.literal(false).optional().describe("The table is not followed: nothing of it leaves MySQL."),
  key: some("The key's columns, if it is not the primary key.").optional(),
  owner: z.union([ownerRule, z.strictObject({
    scopes: z.record(text, ownerRule).describe("A rule for each row scope, by the table that the role's `rows` name."),
  })]).optional()
    .describe("Which rows a viewer with a row scope may see. Without it, none."),
  fields: z.record(text, z.union([text, fullField])).optional()
    .describe("The columns that mean something: each with its class alone, or with more."),
  references: z.array(z.strictObject({
    fields: some("The columns that hold the key of the other row."),
    to: text.describe("The other table."),
    name: apiName.optional().describe("The field of the API that leads there."),
    description: text.optional().describe("What the reference means. Without it, what its column means."),
  })).optional().describe("References that no foreign key of MySQL says, or other names for those that one says."),
  lookups: z.array(lookup).optional().describe("Lists of this table's rows, from the row they reference."),
  search: some("The fields that full-text search looks into.").optional(),
}).describe("What one table means.");

export type CatalogForm = z.infer<typeof catalogForm>;
export type EntityForm = z.infer<typeof entityForm>;
export type OwnerForm = z.infer<typeof ownerRule>;
export type FieldForm = z.infer<typeof fullField>;
