import type { Catalog } from "../../schema/catalog.js";
import type { Change, Rejection } from "../../schema/change.js";
import type { Entity } from "../../schema/entity.js";
import { type Sink, StoreRefusal } from "../ports.js";
import { deadLettersIn } from "./dead-letters.js";
import { Unprepared } from "./errors.js";
import { perform } from "./perform.js";
import { plannerOf, type Write } from "./plan.js";
import { isPrepared, isYounger, prepareTables } from "./prepare.js";
import { progressIn } from "./progress.js";
import type { Session } from "./session.js";
import { sweepTables } from "./sweep.js";
import { readTables } from "./system-schema.js";

export function sinkOf(session: Session, catalog: Catalog): Sink {
  const planners = new Map<string, ReturnType<typeof plannerOf>>();
  const plannerFor = (table: string) => {
    let planner = planners.get(table);
    if (!planner) planners.set(table, (planner = plannerOf(catalog.entity(table))));
    return planner;
  };
  /** A row near the largest the server takes may be refused in one table and taken in another: at equal stamps a delete wins, so none of it stays. */
  const takingBack = (refused: readonly Change[]): readonly Write[] => {
    const writes: Write[] = [];
    for (const change of refused) if (change.after) plannerFor(change.entity)({ ...change, op: "delete", before: change.after, after: null }, writes);
    return writes;
  };
  const [progress, letters] = [progressIn(session), deadLettersIn(session)];
  /** For ever to be asked again what nobody can answer is no way to say that a table is gone. */
  const checked = async <T>(work: Promise<T>, entities: () => readonly Entity[] = () => []): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Unprepared) await mustBePrepared(session, entities());
      throw error;
    }
  };

  return {
    name: "cassandra",
    lingerMs: 0,
    async absent(entities) {
      const existing = await readTables(session), { stamp } = await progress.read();
      return entities.filter(({ table }) => !existing.has(table) || isYounger(existing.get(table)!, stamp));
    },
    prepare: async (entities) => prepareTables(session, entities, await progress.latest()),

    async write(changes, signal) {
      const writes: Write[] = [];
      const unfit = new Map<Change, string>();
      for (const change of changes) {
        const reason = plannerFor(change.entity)(change, writes);
        if (reason !== null) unfit.set(change, reason);
      }
      const entities = () => changes.map((change) => catalog.entity(change.entity));
      const refused = await checked(perform(session, writes, signal), entities);
      if (refused.size > 0) {
        await mustBePrepared(session, [...refused.keys()].map((change) => catalog.entity(change.entity)));
        await checked(perform(session, takingBack([...refused.keys()]), signal), entities);
      }
      for (const [change, reason] of refused) unfit.set(change, reason);
      return [...unfit].map(([change, reason]) => rejectionOf(change, reason));
    },

    sweep: (entity, olderThan, within) => checked(sweepTables(session, entity, olderThan, within), () => [entity]),
    progress: async () => (await progress.read()).progress,
    commit: (position) => checked(progress.commit(position)),
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

/** What a changed table refuses is no fault of the rows: they must not all become dead letters. */
async function mustBePrepared(session: Session, entities: readonly Entity[]): Promise<void> {
  if (await isPrepared(session, [...new Set(entities)])) return;
  throw new StoreRefusal(
    `${session.place}, keyspace ${session.keyspace}`, "its tables are no longer what they were when sync started",
    "start or resume sync: it creates what is missing and copies it again, and says what it cannot",
  );
}

function rejectionOf(change: Change, reason: string): Rejection {
  return { entity: change.entity, key: change.key, version: change.version, reason, change };
}
