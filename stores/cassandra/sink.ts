import type { Catalog } from "../../schema/catalog.js";
import type { Change, Rejection } from "../../schema/change.js";
import type { Entity } from "../../schema/entity.js";
import { Replaced, type TableSink, type Writer } from "../ports.js";
import type { Session } from "./connection/session.js";
import { deadLettersIn } from "./dead-letters.js";
import { Invalid, Unprepared } from "./errors.js";
import { readGeneration, storeGeneration } from "./generation.js";
import { isPrepared, isYounger, prepareTables } from "./prepare/prepare.js";
import { progressIn } from "./progress.js";
import { rowsHolding } from "./read/holding.js";
import { type Existing, hasKeyspace, readTables } from "./tables/system-schema.js";
import { tableName } from "./tables/names.js";
import { tablesOf } from "./tables/tables.js";
import { perform } from "./write/perform.js";
import { plannerOf, type Write } from "./write/plan.js";
import { sweepTables } from "./write/sweep.js";

const lookEveryMs = 1_000;

/** `makeKeyspace` makes the keyspace if it is missing. */
export function sinkOf(session: Session, name: string, makeKeyspace: () => Promise<unknown>): TableSink {
  const [progress, letters] = [progressIn(session), deadLettersIn(session)];
  /** The ids of the tables when they were prepared. */
  let ids: ReadonlyMap<string, string> = new Map();
  /** Empty from the moment a table was reported absent: the pipeline stores that it must be copied again before it prepares it. */
  let [prepared, lookDueAt]: [readonly Entity[], number] = [[], 0];
  const isOther = (of: Entity, existing: ReadonlyMap<string, Existing>) =>
    tablesOf(of).some(({ name }) => ids.has(name) && existing.has(name) && existing.get(name)!.id !== ids.get(name));
  /** No position may say that these tables hold what former tables of their names held. @throws Replaced */
  const look = async () => {
    const existing = await readTables(session);
    const lost = prepared.filter((of) => !existing.has(tableName(of)) || isOther(of, existing));
    lookDueAt = Date.now() + lookEveryMs;
    if (lost.length === 0) return;
    prepared = [];
    throw new Replaced(`${lost.map(({ table }) => table).join(", ")} in keyspace ${session.keyspace} is not the table it was`);
  };
  /** Does the work, and asks whether the tables are still there. Retrying forever would hide that a table is gone, so it is reported. */
  const checked = async <T>(work: Promise<T>, entities: () => readonly Entity[] = () => []): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Unprepared || error instanceof Invalid) await mustBePrepared(session, entities());
      throw error;
    }
  };

  const writerFor = (catalog: Catalog): Writer => {
    const planners = new Map<string, ReturnType<typeof plannerOf>>();
    const plannerFor = (table: string) => {
      let planner = planners.get(table);
      if (!planner) planners.set(table, (planner = plannerOf(catalog.entity(table))));
      return planner;
    };
    /**
     * Deletes of refused rows. The server may refuse a row near its size limit in one table and take it in another.
     * At equal stamps a delete wins, so none of the row stays.
     */
    const takingBack = (refused: readonly Change[]): readonly Write[] => {
      const writes: Write[] = [];
      for (const change of refused) if (change.after) plannerFor(change.entity)(
        { ...change, op: "delete", before: change.after, after: null }, writes,
      );
      return writes;
    };
    return {
      async write(changes, signal) {
        const writes: Write[] = [];
        const unheld = new Map<Change, string>();
        for (const change of changes) {
          const reason = plannerFor(change.entity)(change, writes);
          if (reason !== null) unheld.set(change, reason);
        }
        const entities = () => changes.map((change) => catalog.entity(change.entity));
        const last = writes.filter(({ isLast }) => isLast), first = last.length > 0 ? writes.filter(({ isLast }) => !isLast) : writes;
        const refused = await checked(perform(session, first, signal), entities);
        // They remove entries by their keys, which no server refuses for what the rows hold.
        if (last.length > 0) await checked(perform(session, last, signal), entities);
        if (refused.size > 0) {
          await mustBePrepared(session, [...refused.keys()].map((change) => catalog.entity(change.entity)));
          await checked(perform(session, takingBack([...refused.keys()]), signal), entities);
        }
        for (const [change, reason] of refused) unheld.set(change, reason);
        return [...unheld].map(([change, reason]) => rejectionOf(change, reason));
      },
    };
  };

  return {
    name,
    shape: "table",
    lingerMs: 0,
    async absent(entities) {
      const existing = await readTables(session), stamp = await progress.stamp();
      const lost = entities.filter((of) => !existing.has(tableName(of)) || isYounger(existing.get(tableName(of))!, stamp)
        || isOther(of, existing));
      if (lost.length > 0) prepared = [];
      return lost;
    },
    async prepare(catalog) {
      const { entities } = catalog;
      if (!(await hasKeyspace(session))) await makeKeyspace();
      await prepareTables(session, entities, await progress.latest());
      const existing = await readTables(session);
      ids = new Map([...existing].map(([name, { id }]) => [name, id]));
      prepared = entities;
      return writerFor(catalog);
    },
    sweep: (entity, olderThan, within) => checked(sweepTables(session, entity, olderThan, within), () => [entity]),
    rowsHolding: (entity, fields, values, most) => checked(rowsHolding(session, entity, fields, values, most), () => [entity]),
    progress: () => progress.progress(),
    generation: () => readGeneration(session),
    storeGeneration: (generation) => checked(storeGeneration(session, generation)),
    async storeProgress(position) {
      if (Date.now() >= lookDueAt) await look();
      await checked(progress.storeProgress(position));
    },
    deadLetters: {
      park: (rejections) => checked(letters.park(rejections)),
      list: (limit) => checked(letters.list(limit)),
      all: () => letters.all(),
      of: (entity, keys) => checked(letters.of(entity, keys)),
      count: () => checked(letters.count()),
      settle: (settled) => checked(letters.settle(settled)),
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** What a changed table refuses is not the fault of the rows, which must not all become dead letters. @throws Replaced */
async function mustBePrepared(session: Session, entities: readonly Entity[]): Promise<void> {
  if (await isPrepared(session, [...new Set(entities)])) return;
  throw new Replaced(`the tables in keyspace ${session.keyspace} are no longer what they were`);
}

function rejectionOf(change: Change, reason: string): Rejection {
  return { entity: change.entity, key: change.key, version: change.version, reason, change };
}
