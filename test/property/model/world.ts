import fc from "fast-check";
import { type Catalog, catalog } from "../../../schema/catalog.js";
import type { Row } from "../../../schema/entity.js";
import type { ForeignKey } from "../../../schema/foreign-key.js";
import type { Kind } from "../../support/memory/memory-sink.js";
import type { Operation, Transaction } from "../../support/memory/memory-source.js";
import { entity, int32, int64, nullable, reference, string } from "../../support/declare.js";

export const owner = entity("owner", {
  description: "An owner.", key: ["id"], owner: { kind: "everyone" },
  fields: { id: int64("public", "Key."), text: string(9, "public", "Text.") },
});
export const item = entity("item", {
  description: "An item.", key: ["id"], owner: { kind: "everyone" },
  fields: {
    id: int64("public", "Key."), text: string(9, "public", "Text."), rank: int32("public", "Order."),
    owner_id: nullable(reference(owner, "public", "Whose it is.")),
  },
  lookups: [{ name: "items", by: "owner_id", orderBy: "rank", direction: "asc", description: "Its items." }],
});
export const things = catalog([owner, item]);

/** Values that the source cannot read, and values that the sink cannot hold. */
export const unheld = (row: Row) => (row.text === "zero date" ? "a zero date" : null);
export const refused = (row: Row) => (row.text === "too long" ? "too long" : null);

/**
 * One run of sync: how many effects it has before it is killed, how much slower than others it is, and
 * whether another process is started beside it.
 * That one's turn comes after the first had as many effects (or has ended).
 */
interface Era {
  readonly effects: number;
  readonly slowness: number;
  readonly partner: { readonly effects: number; readonly slowness: number; readonly begins: number } | null;
}

/** Everything that decides a history: the same one gives the same run. */
export interface History {
  readonly kind: Kind;
  readonly transactions: readonly Transaction[];
  /** Rows in a sink that lost its progress. The snapshot must remove them. */
  readonly leftovers: readonly Row[];
  readonly eras: readonly Era[];
  readonly dice: readonly number[];
  /** Transactions that commit at each read; rows read and messages given out at once; rows of a batch; batches written at once. */
  readonly growth: number;
  readonly chunk: number;
  readonly rows: number;
  readonly atOnce: number;
  /** After so many messages the stream begins again. */
  readonly breaks: number;
  /** Other tables than `things`, with foreign keys whose work is not in the log. */
  readonly family?: { readonly catalog: Catalog; readonly foreignKeys: readonly ForeignKey[] };
}

const key = fc.integer({ min: 1, max: 5 }).map(String);
const texts = fc.constantFrom("a", "b", "c", "d", "zero date", "too long");
const itemRow = fc.record({ id: key, text: texts, rank: fc.nat(2), owner_id: fc.option(key) });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 12, arbitrary: itemRow.map((row): Operation => ({ entity: item, key: [row.id], row })) },
  { weight: 4, arbitrary: key.map((id): Operation => ({ entity: item, key: [id], row: null })) },
  { weight: 3, arbitrary: fc.tuple(key, itemRow).map(([from, moved]): Operation => ({ entity: item, key: [from], moved })) },
  { weight: 4, arbitrary: fc.record({ id: key, text: texts }).map((row): Operation => ({ entity: owner, key: [row.id], row })) },
  { weight: 1, arbitrary: fc.constantFrom<Operation>({ truncate: item }, { truncate: owner }) },
  { weight: 1, arbitrary: fc.tuple(key, fc.option(itemRow)).map(([id, row]): Operation => ({
    statement: item, key: [id], row: row && { ...row, id },
  })) },
);
const run = fc.record({ effects: fc.nat(90), slowness: fc.constantFrom(1, 1, 1, 8) });

/** `two`: whether a second process is sometimes started beside the first, by mistake. */
export function histories(two: "never" | "sometimes", operations = operation): fc.Arbitrary<History> {
  return fc.record({
    kind: fc.constantFrom<Kind>("entries", "documents"),
    transactions: fc.array(
      fc.record({ operations: fc.array(operations, { minLength: 1, maxLength: 7 }), stamp: fc.integer({ min: 1, max: 3_000 }) }),
      { minLength: 1, maxLength: 14 },
    ),
    leftovers: fc.array(itemRow, { maxLength: 3 }),
    eras: fc.array(fc.tuple(run, two === "never" ? fc.constant(null) : fc.option(
      fc.record({ effects: fc.nat(90), slowness: fc.constantFrom(1, 1, 8), begins: fc.integer({ min: 1, max: 60 }) }), { freq: 2 },
    )).map(([era, partner]) => ({ ...era, partner })), { maxLength: 5 }),
    dice: fc.array(fc.nat(3), { minLength: 16, maxLength: 64 }),
    growth: fc.integer({ min: 1, max: 3 }),
    chunk: fc.integer({ min: 1, max: 5 }),
    rows: fc.integer({ min: 1, max: 6 }),
    atOnce: fc.integer({ min: 1, max: 4 }),
    breaks: fc.oneof(fc.constant(Infinity), fc.integer({ min: 6, max: 30 })),
  });
}

/** After this many effects since the last time, the store dies and loses some of them. */
export interface StoreCrash {
  readonly after: number;
  readonly loses: number;
}

export const storeCrash: fc.Arbitrary<StoreCrash> = fc.record({ after: fc.integer({ min: 1, max: 40 }), loses: fc.nat(12) });
