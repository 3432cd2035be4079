import type { Catalog } from "../../schema/catalog.js";
import type { Change, Rejection } from "../../schema/change.js";
import { type Entity, keyText } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";
import type { Generation } from "../../schema/generation.js";
import { heldVersion, type KeyRange, type Progress, type Version } from "../../schema/position.js";
import { Unheld } from "../../schema/unheld.js";
import { type DeadLetters, Replaced, type TableSink, type Versioned, type Writer } from "../ports.js";
import { indexAction, type Operation, sendBulk } from "./bulk.js";
import type { Cluster } from "./cluster.js";
import { type Encode, encoderOf, idOf, tombstone } from "./codec.js";
import { deadLettersIn } from "./dead-letters.js";
import { IndexMissing } from "./errors.js";
import { readGeneration, storeGeneration } from "./generation.js";
import { type Identities, identitiesIn, rowsAlias } from "./indices/indices.js";
import { prepareIndices } from "./prepare/prepare.js";
import { KnownProgress } from "./progress.js";
import { rowsHolding } from "./read/holding.js";
import { purgeTombstones, sweepRows } from "./tombstones.js";

interface Target {
  readonly encode: Encode;
  readonly action: (id: string, version: number) => string;
}

/** How changes of each table are written, by its name. */
type Targets = ReadonlyMap<string, Target>;

const purgeEveryMs = 600_000;
const purgeAgainMs = 1_000;
const lookEveryMs = 1_000;

/** Turns changes into documents: one bulk for what arrives together, with only the newest change of each row. */
export class ElasticsearchSink implements TableSink {
  readonly shape = "table";
  /** A search sees what was written at the next refresh, by default once a second, and each request costs a flush to disk. */
  readonly lingerMs = 50;
  readonly deadLetters: DeadLetters;
  /**
   * The entities that have an index. Empty from the moment one of them was reported absent: the pipeline stores that
   * it must be copied again before it prepares it.
   */
  private entities: readonly Entity[] = [];
  /** The identities of the indices when they were prepared. */
  private identities: Identities = new Map();
  private readonly stored: KnownProgress;
  private purgeDueAt = 0;
  private lookDueAt = 0;

  constructor(private readonly cluster: Cluster, readonly name: string) {
    const letters = deadLettersIn(cluster);
    this.deadLetters = {
      park: (rejections) => whileThere(letters.park(rejections)),
      list: (limit) => whileThere(letters.list(limit)),
      all: () => letters.all(),
      of: (entity, keys) => whileThere(letters.of(entity, keys)),
      count: () => whileThere(letters.count()),
      settle: (settled) => whileThere(letters.settle(settled)),
    };
    this.stored = new KnownProgress(cluster);
  }

  async absent(entities: readonly Entity[]): Promise<readonly Entity[]> {
    const lost = this.lostOf(entities, await identitiesIn(this.cluster, entities));
    if (lost.length > 0) this.entities = [];
    return lost;
  }

  async prepare({ entities }: Catalog): Promise<Writer> {
    await prepareIndices(this.cluster, entities);
    this.identities = await identitiesIn(this.cluster, entities);
    this.entities = entities;
    const targets = new Map(entities.map((of): [string, Target] => [of.table, {
      encode: encoderOf(of),
      action: indexAction(rowsAlias(this.cluster.prefix, of), "external"),
    }]));
    return { write: (changes, signal) => this.write(targets, changes, signal) };
  }

  private async write(targets: Targets, changes: readonly Change[], signal: AbortSignal): Promise<readonly Rejection[]> {
    const rejections: Rejection[] = [];
    const refused = await whileThere(sendBulk(this.cluster.client, operationsOf(targets, changes, rejections), signal));
    // What a moved alias refuses is not the fault of the rows, which must not all become dead letters.
    if (refused.length > 0) await this.look();
    for (const { from, reason } of refused) rejections.push(rejectionOf(from, reason));
    return rejections;
  }

  sweep(entity: Entity, olderThan: Version, within: KeyRange): Promise<void> {
    return whileThere(sweepRows(this.cluster, entity, olderThan, within));
  }

  rowsHolding(
    entity: Entity, fields: readonly string[], values: readonly (readonly Value[])[], most: number,
  ): Promise<readonly Versioned[] | null> {
    return whileThere(rowsHolding(this.cluster, entity, fields, values, most));
  }

  progress(): Promise<Progress | null> {
    return this.stored.read();
  }

  generation(): Promise<Generation | null> {
    return readGeneration(this.cluster);
  }

  storeGeneration(generation: Generation): Promise<void> {
    return whileThere(storeGeneration(this.cluster, generation));
  }

  async storeProgress(progress: Progress): Promise<void> {
    if (Date.now() >= this.lookDueAt) await this.look();
    await whileThere(this.stored.write(progress));
    if (Date.now() < this.purgeDueAt) return;
    let more = false;
    for (const of of this.entities) more = await whileThere(purgeTombstones(this.cluster, of, heldVersion(progress))) || more;
    this.purgeDueAt = Date.now() + (more ? purgeAgainMs : purgeEveryMs);
  }

  /** @throws Replaced when an index is not the prepared one: no position may say that it holds what the former one held */
  private async look(): Promise<void> {
    const lost = this.lostOf(this.entities, await identitiesIn(this.cluster, this.entities));
    this.lookDueAt = Date.now() + lookEveryMs;
    if (lost.length === 0) return;
    this.entities = [];
    throw new Replaced(`${lost.map((of) => rowsAlias(this.cluster.prefix, of)).join(", ")} is not the index it was`);
  }

  private lostOf(entities: readonly Entity[], now: Identities): readonly Entity[] {
    return entities.filter(({ table }) => !now.has(table) || now.get(table) !== (this.identities.get(table) ?? now.get(table)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
  }
}

/** Changes that cannot be written at all go to `rejections` instead. */
function* operationsOf(targets: Targets, changes: readonly Change[], rejections: Rejection[]): Generator<Operation<Change>> {
  for (const change of newestOf(changes)) {
    const target = targets.get(change.entity);
    if (!target) throw new Error(`elasticsearch: a change of ${change.entity}, which is not in the catalog`);
    const { encode, action } = target;
    try {
      const [id, key] = [idOf(change.key), keyText(change.key)];
      const document = change.after ? encode(key, change.version, change.after) : tombstone(key, change.version);
      yield { lines: `${action(id, change.version)}${document}\n`, from: change };
    } catch (error) {
      if (!(error instanceof Unheld)) throw error;
      rejections.push(rejectionOf(change, error.message));
    }
  }
}

/** @throws Replaced if an index is gone, which sync makes again */
async function whileThere<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof IndexMissing ? new Replaced(error.problem) : error;
  }
}

/** Keeps only the newest change of a key, because one bulk may hold a document once. */
function newestOf(changes: readonly Change[]): Iterable<Change> {
  const newest = new Map<string, Change>();
  for (const change of changes) {
    const place = `${change.entity}/${keyText(change.key)}`;
    const other = newest.get(place);
    if (!other || other.version < change.version) newest.set(place, change);
  }
  return newest.values();
}

function rejectionOf(change: Change, reason: string): Rejection {
  return { entity: change.entity, key: change.key, version: change.version, reason, change };
}
