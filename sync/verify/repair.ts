import { inParallel } from "../../runtime/parallel.js";
import { backoff, sleep } from "../../runtime/wait.js";
import type { Change } from "../../schema/change.js";
import { type Key, keyText, type Row } from "../../schema/entity.js";
import { isWhole, nextVersion, type Position, type Version } from "../../schema/position.js";
import { Unheld } from "../../schema/unheld.js";
import { Retriable } from "../../stores/ports.js";
import { type Act, audited } from "../letters/audit-file.js";
import { isKeyOf } from "./comparing/held-rows.js";
import type { Repairer } from "./comparing/repairer.js";
import { rowsAtSource, type Side } from "./comparing/side.js";
import { lookAtEntries, type Suspect } from "./inspecting/entries.js";
import { lookAtRows } from "./inspecting/rows.js";
import type { Content } from "./report/contents.js";
import { type Deviation, formatDifference } from "./report/report.js";

interface Repaired {
  readonly repaired: readonly Deviation[];
  /** What is left, with the reason if a repair was tried. */
  readonly left: readonly Deviation[];
}

/** How many are written at once; each is written with its lines in the audit file, one after another. */
const atOnce = 50;
const mostAttempts = 6;

/**
 * Writes what the source has now over what differs, and looks again. Rows that the dead letters explain are left to them.
 * What is written stands at its place in the log (`rowsAsOf`). So it does not matter whether sync runs, or how far it is (invariants 3 and
 * 4). A row that changes meanwhile is left to the pipeline.
 * A row that was written by hand with a newer version gives way only once the store's position is raised
 * above it. For that its pipeline must be at rest.
 */
export async function repair(side: Side, repairer: Repairer, content: Content, deviations: readonly Deviation[]): Promise<Repaired> {
  const explained = deviations.filter(({ differences }) => differences.every(({ deadLetter }) => deadLetter !== undefined));
  const open = deviations.filter((each) => !explained.includes(each));
  if (open.length === 0) return { repaired: [], left: explained };
  const position = await positionOf(side, repairer);
  if (typeof position === "string") return { repaired: [], left: [...explained, ...open.map((each) => unrepaired(each, position))] };

  let refused = await write(side, repairer, content, open, position);
  let left = await stillThere(side, content, open);
  const stubborn = left.filter((each) => !refused.has(keyText(each.key)));
  let rested = true;
  if (stubborn.length > 0 && !(repairer.sink.rebuild && content.lookup)) {
    rested = await repairer.atRest(async () => {
      refused = new Map([...refused, ...await write(side, repairer, content, stubborn, await raised(side, repairer))]);
    });
    if (rested) left = await stillThere(side, content, left);
  }
  // One key may have several wrong entries.
  const placeOf = ({ key, held }: Deviation) => JSON.stringify([
    keyText(key), ...(content.lookup ? [held?.[content.lookup.by], held?.[content.lookup.orderBy]] : []),
  ]);
  const places = new Set(left.map(placeOf));
  const why = rested
    ? "the store holds it with a version that is newer than the clock: empty the store, and sync copies it again"
    : "it was written with a newer version than sync's, and sync cannot be brought to rest from here: stop it, or pause this "
      + "pipeline, and repair again";
  return {
    repaired: open.filter((each) => !places.has(placeOf(each))),
    left: [...explained, ...left.map((each) => unrepaired(each, refused.get(keyText(each.key)) ?? why))],
  };
}

/** How far the store is, or why nothing can be repaired. */
async function positionOf({ source, store }: Side, { sink }: Repairer): Promise<Position | string> {
  const progress = await sink.progress();
  if (!progress || !isWhole(progress)) return "its snapshot is not complete";
  // A replica can be behind: its rows could be older than what the store was given.
  if (!source.reached(await source.head(), progress.position)) return `${source.name} does not have yet what ${store.name} already holds`;
  return progress.position;
}

/**
 * The store's position, with its version raised above every clock's. What is written at a place after it, and
 * every later change, has a higher version, too.
 */
async function raised({ source }: Side, { sink }: Repairer): Promise<Position> {
  const progress = await sink.progress();
  if (!progress || !isWhole(progress)) throw new Error(`${sink.name} was set back while it was repaired`);
  const version = nextVersion(Math.max(progress.position.version, (await source.head()).version), Date.now() * 1000);
  const position = { ...progress.position, version };
  await sink.storeProgress({ ...progress, position });
  return position;
}

/** Writes the rows. Returns, by key text, what the store refused and why. */
async function write(
  side: Side, { sink, writer, auditFile }: Repairer, content: Content, deviations: readonly Deviation[], position: Position,
): Promise<Map<string, string>> {
  const { entity, lookup } = content;
  const refused = new Map<string, string>();
  const { rows, version } = await rowsNow(side, content, deviations.map(({ key }) => key), position);
  const rebuild = lookup && sink.rebuild?.bind(sink);
  const write = async (
    deviation: Deviation, row: Row | null,
  ) => audited(auditFile, actOf(side, entity.table, deviation, row, version), async () => {
    if (rebuild) return { outcome: "the lookup is rebuilt from the rows" };
    const [rejection] = await persist(
      () => writer.write([changeOf(entity.table, lookup !== null, deviation, row, version)], side.signal), side.signal,
    );
    if (rejection) refused.set(keyText(deviation.key), rejection.reason);
    return { outcome: rejection ? `refused: ${rejection.reason}` : row ? "written" : "deleted, as in MySQL" };
  });
  await inParallel(deviations, atOnce, async (deviation, i) => {
    const row = rows[i];
    if (row === undefined) refused.set(keyText(deviation.key), "it has changed meanwhile, and its pipeline brings it as it is now");
    else await write(deviation, row);
  });
  if (rebuild) await persist(() => rebuild(entity, lookup), side.signal);
  return refused;
}

/**
 * The rows now; `undefined` if a row has changed since the position. A row that no store can hold, and a
 * key that cannot be the table's, count as no row.
 */
async function rowsNow(
  { log, paces }: Side, { entity }: Content, keys: readonly Key[], position: Position,
): Promise<{ readonly rows: readonly (Row | null | undefined)[]; readonly version: Version }> {
  const known = keys.filter((key) => isKeyOf(entity, key));
  const { rows, version } = await log.asOf(position, entity, known);
  await paces.source.spent(known.length);
  const byKey = new Map(known.map((key, i) => [key, rows[i]]));
  return { version, rows: keys.map((key) => (byKey.has(key) ? withoutUnheld(byKey.get(key)) : null)) };
}

const withoutUnheld = (row: Row | Unheld | null | undefined) => (row instanceof Unheld ? null : row);

/** Tries again, because sync may be writing to the same file or partition at this moment. */
async function persist<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Retriable) || attempt === mostAttempts) throw error;
      await sleep(backoff(attempt), signal);
      signal.throwIfAborted();
    }
  }
}

/** The change that repairs. A wrong entry, or a ghost with its entries, is the image that the change removes. */
function changeOf(entity: string, isEntry: boolean, { key, held }: Deviation, row: Row | null, version: Version): Change {
  if (!row) return { op: "delete", entity, key, before: held, after: null, version };
  return isEntry && held ? {
    op: "update", entity, key, before: held, after: row, version,
  } : { op: "create", entity, key, before: null, after: row, version };
}

function actOf({ store }: Side, entity: string, { key, held, differences }: Deviation, row: Row | null, version: Version): Act {
  return {
    act: "repair", store: store.name, entity, key, version, reason: differences.map((each) => formatDifference(each)).join("; "),
    before: held, after: row,
  };
}

async function stillThere(side: Side, content: Content, deviations: readonly Deviation[]): Promise<readonly Deviation[]> {
  const { lookup } = content;
  if (!lookup) return lookAtRows(side, content, deviations.map(({ key }) => key));
  const rows = await rowsAtSource(side, content, deviations.map(({ key }) => key));
  const suspects = deviations.flatMap(({ held }, i): Suspect[] => (held ? [{ what: "wrong", entry: held }] : rows[i] ? [
    { what: "missing", entry: rows[i] },
  ] : []));
  return lookAtEntries(side, { ...content, lookup }, suspects);
}

function unrepaired(deviation: Deviation, why: string): Deviation {
  return { ...deviation, differences: deviation.differences.map((each) => ({ ...each, unrepaired: why })) };
}
