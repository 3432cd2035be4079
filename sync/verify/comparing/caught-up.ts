import { sleep } from "../../../runtime/wait.js";
import { isWhole, type Position } from "../../../schema/position.js";
import type { Store } from "../../../stores/ports.js";
import type { Source } from "../../source.js";

/** A store is behind for longer than the caller wanted to wait. */
export class NotCurrent extends Error {
  override readonly name = "NotCurrent";
}

const betweenLooksMs = 50;

/** Resolves when each store holds everything that was committed when this was called. @throws NotCurrent */
export async function caughtUp(source: Source, stores: readonly Store[], waitMs: number, signal: AbortSignal): Promise<void> {
  await reachedBy(source, stores, await source.head(), waitMs, signal);
}

/**
 * Returns where the source stands now, once the store has reached it. So the store holds whatever an
 * earlier look at the source saw, or something later.
 * Without waiting (0) it returns at once, however far the store is. @throws NotCurrent
 */
export async function fence(source: Source, store: Store, waitMs: number, signal: AbortSignal): Promise<Position> {
  const target = await source.head();
  if (waitMs > 0) await reachedBy(source, [store], target, waitMs, signal);
  return target;
}

async function reachedBy(source: Source, stores: readonly Store[], target: Position, waitMs: number, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + waitMs;
  let behind = stores.map((store) => ({ store, why: "" }));
  while (true) {
    const looks = await Promise.all(behind.map(async ({ store }) => ({ store, why: await lacking(source, store, target) })));
    behind = looks.flatMap(({ store, why }) => (why === null ? [] : [{ store, why }]));
    if (behind.length === 0) return;
    if (Date.now() > deadline) {
      const names = behind.map(({ store, why }) => `${store.name} (${why})`).join(", ");
      throw new NotCurrent(
        `not caught up within ${waitMs / 1000} s: ${names}. Remedy: see "sluice status" whether its pipeline runs, or wait longer`,
      );
    }
    await sleep(betweenLooksMs, signal);
    signal.throwIfAborted();
  }
}

/** Says why the store is not there yet; null when it is. A store that does not answer now, or is being prepared, may get there later. */
async function lacking(source: Source, store: Store, target: Position): Promise<string | null> {
  try {
    const progress = await store.progress();
    if (!progress) return "nothing was ever written to it";
    if (!isWhole(progress)) return "its snapshot is not complete";
    return source.reached(progress.position, target) ? null : "it is behind";
  } catch (error) {
    return (error as Error).message;
  }
}
