import fc from "fast-check";
import { catalog } from "../../../schema/catalog.js";
import type { ForeignKey, Rule } from "../../../schema/foreign-key.js";
import type { Operation } from "../../support/memory/memory-source.js";
import { type History, histories, item, owner } from "./world.js";
import { entity, int64, nullable, reference, string } from "../../support/declare.js";

/** A child of items, and of other parts. Of these no lookup tells. */
const part = entity("part", {
  description: "A part.", key: ["id"], owner: { kind: "everyone" },
  fields: {
    id: int64("public", "Key."), text: string(9, "public", "Text."), item_id: nullable(reference(item, "public", "Of what.")),
    parent_id: nullable(int64("public", "The part that it belongs to.")),
  },
  lookups: [{ name: "parts", by: "item_id", orderBy: "id", direction: "asc", description: "Its parts." }],
});
/** A child whose key is of its parent's. */
const tag = entity("tag", {
  description: "A tag.", key: ["item_id", "n"], owner: { kind: "everyone" },
  fields: { item_id: reference(item, "public", "Of what."), n: int64("public", "Number."), text: string(9, "public", "Text.") },
});
const families = catalog([owner, item, part, tag]);

const key = fc.integer({ min: 1, max: 4 }).map(String);
const text = fc.constantFrom("a", "b", "c", "d", "e", "zero date", "too long");
const ownerRow = fc.record({ id: key, text });
const itemRow = fc.record({ id: key, text, rank: fc.nat(2), owner_id: fc.option(key, { freq: 4 }) });
const partRow = fc.record({ id: key, text, item_id: fc.option(key, { freq: 4 }), parent_id: fc.option(key) });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: ownerRow.map((row): Operation => ({ entity: owner, key: [row.id], row })) },
  { weight: 6, arbitrary: itemRow.map((row): Operation => ({ entity: item, key: [row.id], row })) },
  { weight: 6, arbitrary: partRow.map((row): Operation => ({ entity: part, key: [row.id], row })) },
  { weight: 3, arbitrary: fc.record({ item_id: key, n: key, text }).map((row): Operation => (
    { entity: tag, key: [row.item_id, row.n], row }
  )) },
  { weight: 4, arbitrary: key.map((id): Operation => ({ entity: owner, key: [id], row: null })) },
  { weight: 2, arbitrary: key.map((id): Operation => ({ entity: item, key: [id], row: null })) },
  { weight: 2, arbitrary: key.map((id): Operation => ({ entity: part, key: [id], row: null })) },
  { weight: 3, arbitrary: fc.tuple(key, ownerRow).map(([from, moved]): Operation => ({ entity: owner, key: [from], moved })) },
  { weight: 2, arbitrary: fc.tuple(key, itemRow).map(([from, moved]): Operation => ({ entity: item, key: [from], moved })) },
  { weight: 1, arbitrary: fc.constantFrom<Operation>({ truncate: part }, { truncate: tag }) },
  { weight: 1, arbitrary: fc.tuple(key, fc.option(partRow)).map(([id, row]): Operation => ({
    statement: part, key: [id], row: row && { ...row, id },
  })) },
);

const rule = fc.constantFrom<Rule>("cascade", "cascade", "set null", null);
const foreignKeys: fc.Arbitrary<readonly ForeignKey[]> = fc.record({
  onDelete: rule, onUpdate: rule, ofPart: fc.constantFrom<Rule>("cascade", "set null"), has: fc.tuple(fc.boolean(), fc.boolean()),
}).map(({ onDelete, onUpdate, ofPart, has: [tags, parts] }) => {
  const of = (child: string, field: string, parent: string, rules: Pick<ForeignKey, "onDelete" | "onUpdate">): ForeignKey => (
    { name: `${child}_${field}`, entity: child, fields: [field], parent, references: ["id"], ...rules }
  );
  return [
    of("item", "owner_id", "owner", { onDelete, onUpdate }), of("part", "item_id", "item", { onDelete: ofPart, onUpdate: "cascade" }),
    ...(tags ? [of("tag", "item_id", "item", { onDelete: "cascade", onUpdate: "cascade" })] : []),
    ...(parts ? [of("part", "parent_id", "part", { onDelete: ofPart, onUpdate: null })] : []),
  ];
});

/** Histories in which foreign keys change rows, and the log does not tell which. */
export function familyHistories(two: "never" | "sometimes"): fc.Arbitrary<History> {
  return fc.tuple(histories(two, operation), foreignKeys).map(([history, keys]) => ({
    ...history, leftovers: [], family: { catalog: families, foreignKeys: keys },
  }));
}
