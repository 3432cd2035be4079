import { parse } from "yaml";
import { widenedEntityFile } from "../../operate/introspect/entity-file.js";
import type { TableShape } from "../../schema/shape.js";

const column = (name: string) => ({ name, type: { kind: "int32" } as const, nullable: false, comment: "", declared: "int" });
const table: TableShape = { name: "t", comment: "", columns: ["id", "new", "odd: one"].map(column), key: ["id"], foreignKeys: [] };
const added = ["new", "odd: one"];

test.each([
  ["a block", "# Mine.\nfields:\n    id:   public   # the number\n\n# End.\nsearch: [id]\n",
    "# Mine.\nfields:\n    id:   public   # the number\n    new: internal\n    \"odd: one\": internal\n\n# End.\nsearch: [id]\n"],
  ["a block that ends the file without a line break",
    "fields:\n  id: public", "fields:\n  id: public\n  new: internal\n  \"odd: one\": internal\n"],
  ["braces", "fields: { id: public } # all\nsearch: [id]",
    "fields: { id: public, new: internal, \"odd: one\": internal } # all\nsearch: [id]"],
  ["a field of several lines", "fields:\n  id:\n    description: >\n      The\n      number.\nowner: hidden\n",
    "fields:\n  id:\n    description: >\n      The\n      number.\n  new: internal\n  \"odd: one\": internal\nowner: hidden\n"],
  ["a field with a nested block and a comment", "fields:\n  id:\n    class: public # yes\nowner: hidden\n",
    "fields:\n  id:\n    class: public # yes\n  new: internal\n  \"odd: one\": internal\nowner: hidden\n"],
])("new columns come behind the fields in %s, and every other character stays", (_, before, after) => {
  expect(widenedEntityFile(before, table, [])).toBe(after);
  expect(Object.keys((parse(after) as { readonly fields: object }).fields)).toEqual(["id", ...added]);
});

test.each([["no fields", "# Mine.\nowner: hidden # so far\n"], ["fields without any", "# Mine.\nfields:\nowner: hidden # so far\n"],
  ["empty braces", "# Mine.\nfields: {}\nowner: hidden # so far\n"],
])("a file with %s gets all columns and keeps its comments", (_, before) => {
  const after = widenedEntityFile(before, table, [])!;
  expect(after).toContain("# Mine.");
  expect(after).toContain("# so far");
  expect(parse(after)).toEqual({ owner: "hidden", fields: { id: "internal", new: "internal", "odd: one": "internal" } });
});

test("a file that names every column stays as it is", () => {
  expect(widenedEntityFile("fields: { id: public, new: public, \"odd: one\": { keep: false } }\n", table, [])).toBeNull();
});
