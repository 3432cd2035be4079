import type { Draw, Random } from "../../generator/random.js";
import type { Catalog } from "../../schema/catalog.js";
import type { Entity, Row } from "../../schema/entity.js";
import { filledWith } from "./filling.js";
import { drawImage, drawKey, imageOf, redraw, spaceOf } from "./images.js";
import { Draft, type Filled, type Image, Ledger } from "./ledger.js";

/** One statement on one table. */
export type Step =
  | { readonly op: "insert"; readonly entity: Entity; readonly images: readonly Image[] }
  | { readonly op: "update"; readonly entity: Entity; readonly key: string; readonly changed: Partial<Row> }
  | { readonly op: "delete"; readonly entity: Entity; readonly key: string }
  /** Deletes all the rows of a large transaction at once. */
  | { readonly op: "delete from"; readonly entity: Entity; readonly key: string }
  /** The server itself makes these rows. */
  | { readonly op: "fill"; readonly entity: Entity; readonly filled: Filled }
  | { readonly op: "truncate"; readonly entity: Entity };

export interface Transaction {
  readonly number: number;
  readonly steps: readonly Step[];
  /** What the ledger has once the transaction is committed. */
  readonly draft: Draft;
  /** Moves the server's clock by this much for this transaction; microseconds. */
  readonly clockMicros: number;
}

/** The share of the values that no store may take. */
const odd = 0.004;
/** Keys of large transactions begin here, so that one statement can delete them again. */
const largeKeys = 1_000_000;

/** Rows that are there before sync first starts. */
export function* initialRows(catalog: Catalog, draw: Draw): Generator<Transaction> {
  for (const [i, entity] of catalog.entities.entries()) {
    const draft = new Draft(new Ledger());
    const random = draw("initial", i, "rows");
    for (let place = 1; place <= spaceOf(entity); place++) if (random.chance(0.8)) draft.set(
      entity, String(place), drawImage(entity, String(place), random, odd),
    );
    const images = [...draft.images.get(entity.table)!.values()].flatMap((image) => (image ? [image] : []));
    yield { number: -1 - i, steps: pieces(images).map((some) => ({ op: "insert", entity, images: some })), draft, clockMicros: 0 };
  }
}

/** Draws the next transaction from its number, and applies it to what the ledger holds. */
export function drawTransaction(number: number, catalog: Catalog, ledger: Ledger, draw: Draw): Transaction {
  const random = draw("transaction", number, "steps");
  const draft = new Draft(ledger);
  const clockMicros = Math.floor(number / 100) % 4 === 2 ? (random.next() - 0.5) * 7_200e6 : 0;
  const about = { number, draft, clockMicros: Math.round(clockMicros) };
  if (random.chance(0.0015)) return { ...about, steps: [truncation(random.pick(catalog.entities), draft)] };
  if (random.chance(0.002)) return { ...about, steps: large(random.pick(catalog.entities), draft, random) };
  const steps = Array.from({ length: random.zipf(12) }, () => drawSteps(random.pick(catalog.entities), draft, random)).flat();
  return { ...about, steps };
}

/** One statement that fills `rows` rows. */
export function filling(number: number, entity: Entity, rows: number, ledger: Ledger): Transaction {
  const draft = new Draft(ledger);
  const filled = filledWith(entity, 2 * largeKeys, rows);
  draft.filled.push(filled);
  return { number, steps: [{ op: "fill", entity, filled }], draft, clockMicros: 0 };
}

function drawSteps(entity: Entity, draft: Draft, random: Random): Step[] {
  const key = drawKey(entity, random);
  const held = draft.get(entity, key);
  if (!held) return [insertion(entity, drawImage(entity, key, random, odd), draft, key)];
  if (random.chance(0.15)) {
    draft.set(entity, key, null);
    return [{ op: "delete", entity, key }];
  }
  const other = drawKey(entity, random);
  if (random.chance(0.08) && !draft.get(entity, other)) {
    // The time is named, because the server would otherwise set one that the ledger does not know.
    const changed = { [entity.key[0]!]: other, last_updated: held.row.last_updated! };
    draft.set(entity, key, null);
    draft.set(entity, other, imageOf(entity, { ...held.row, ...changed }));
    return [{ op: "update", entity, key, changed }];
  }
  const { image, changed } = redraw(entity, held, random, odd);
  draft.set(entity, key, image);
  return [{ op: "update", entity, key, changed }];
}

function insertion(entity: Entity, image: Image, draft: Draft, key: string): Step {
  draft.set(entity, key, image);
  return { op: "insert", entity, images: [image] };
}

function truncation(entity: Entity, draft: Draft): Step {
  draft.emptied.add(entity.table);
  return { op: "truncate", entity };
}

/** Inserts tens of thousands of rows, or deletes them if they are there. */
function large(entity: Entity, draft: Draft, random: Random): Step[] {
  const there = [...draft.ledger.table(entity).keys()].filter((key) => BigInt(key) >= largeKeys && BigInt(key) < 2 * largeKeys);
  if (there.length > 0) {
    for (const key of there) draft.set(entity, key, null);
    return [{ op: "delete from", entity, key: String(largeKeys) }];
  }
  const images = Array.from({ length: random.whole(5_000, 25_000) }, (_, i) => drawImage(entity, String(largeKeys + i), random, 0));
  for (const image of images) draft.set(entity, String(image.row[entity.key[0]!]), image);
  return pieces(images).map((some) => ({ op: "insert", entity, images: some }));
}

function pieces(images: readonly Image[]): (readonly Image[])[] {
  return Array.from({ length: Math.ceil(images.length / 1_000) }, (_, i) => images.slice(i * 1_000, (i + 1) * 1_000));
}
