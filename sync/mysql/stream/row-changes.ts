import type { Change, ChangeSource, UnheldChange } from "../../../schema/change.js";
import { type Entity, type Key, type Row, keyOf } from "../../../schema/entity.js";
import { type Version, versionStep } from "../../../schema/position.js";
import { Unheld } from "../../../schema/unheld.js";
import type { RowImages, TableMap } from "../binlog/event.js";
import { held, type RawRow, rowCodec, type Zoned } from "../row/codec.js";
import { whyUnheld, whyUnordered } from "../row/why-unheld.js";

/** Turns the row images of one table into messages. It is made once per table map, and used for all its rows. */
export interface RowChanges {
  /** Adds the messages of one row to `into`, versions from `next` on; returns the next free version. */
  add(images: RowImages, next: Version, source: ChangeSource, into: (Change | UnheldChange)[]): Version;
}

/** Says why rows of this table map cannot be read as the entity's; empty when they can. Undeclared columns are left out. */
export function shapeProblems(entity: Entity, { columns, primaryKey }: TableMap): readonly string[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const misfits = Object.entries(entity.fields).flatMap(([name, field]) => {
    const column = byName.get(name);
    const problem = !column ? "is no longer there"
      : whyUnheld(field, column) ?? (entity.key.includes(name) ? whyUnordered(field, column) : null);
    return problem ? [`column ${name} ${problem}`] : [];
  });
  if (entity.isUniqueIndex) return [...misfits, ...entity.key.filter((name) => byName.get(name)?.nullable)
    .map((name) => `column ${name} of its key can be null`)];
  const [key, wanted] = [primaryKey.map((i) => columns[i]!.name).join(", "), entity.key.join(", ")];
  return key === wanted ? misfits : [
    ...misfits, key ? `its primary key is (${key}); the catalog says (${wanted})` : "it has no primary key",
  ];
}

export function rowChanges(entity: Entity, zoned?: Zoned): RowChanges {
  const codec = rowCodec(entity, zoned);
  const of = entity.table;
  const gone = (
    key: Key, before: Row | null, version: Version, source: ChangeSource,
  ): Change => ({ op: "delete", entity: of, key, before, after: null, version, source });
  const come = (after: Row, version: Version, source: ChangeSource): Change => ({
    op: "create", entity: of, key: keyOf(entity, after), before: null, after, version, source,
  });

  return {
    add({ before: rawBefore, after: rawAfter }, next, source, into) {
      const before = rawBefore && held(codec, rawBefore as RawRow);
      const after = rawAfter && held(codec, rawAfter as RawRow);
      const known = before instanceof Unheld ? null : before;
      const oldKey = rawBefore && (known ? keyOf(entity, known) : codec.key(rawBefore as RawRow));
      if (after === null) {
        into.push(gone(oldKey!, known, next, source));
        return next + versionStep;
      }
      if (after instanceof Unheld) {
        // What the store has of this row is no longer true, so it goes. The dead letter says why nothing takes its place.
        if (oldKey) into.push(gone(oldKey, known, next, source));
        const version = oldKey ? next + versionStep : next;
        const rawKey = codec.key({ ...(rawBefore as RawRow | null), ...defined(rawAfter as RawRow) });
        into.push({ op: "unheld", entity: of, key: rawKey, version, reason: after.reason });
        return version + versionStep;
      }
      if (!oldKey) {
        into.push(come(after, next, source));
        return next + versionStep;
      }
      const key = keyOf(entity, after);
      if (sameKey(oldKey, key)) {
        // A row whose older image could not be held was removed then, so now it comes as a new row.
        into.push(known ? { op: "update", entity: of, key, before: known, after, version: next, source } : come(after, next, source));
        return next + versionStep;
      }
      into.push(gone(oldKey, known, next, source), come(after, next + versionStep, source));
      return next + 2 * versionStep;
    },
  };
}

function sameKey(a: Key, b: Key): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The columns a partial image has. */
function defined(raw: RawRow): RawRow {
  return Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined));
}
