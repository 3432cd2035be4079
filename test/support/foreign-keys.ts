import { keyText, type Entity, type Row } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";
import type { ForeignKey } from "../../schema/foreign-key.js";

export type Tables = Map<string, Map<string, Row>>;

export interface Step {
  readonly table: string;
  readonly place: string;
  readonly row: Row | null;
}

/** The columns of each table's key, which a foreign key may be a part of. */
export const keysOf: Readonly<Record<string, readonly string[]>> = { tag: ["item_id", "n"] };

/**
 * What foreign keys do after a parent's row was changed, row by row and depth first, as InnoDB does it. Null if the database would refuse
 * the change, because two rows would have one key. It changes `tables`.
 */
export function workOf(
  foreignKeys: readonly ForeignKey[], tables: Tables, { table }: Pick<Entity, "table">, before: Row, after: Row | null,
): readonly Step[] | null {
  const steps: Step[] = [];
  const place = (of: string, row: Row) => keyText((keysOf[of] ?? ["id"]).map((name) => row[name] as string));
  const set = (of: string, at: string, row: Row | null) => {
    const rows = tables.get(of)!;
    if (row) rows.set(at, row);
    else rows.delete(at);
    steps.push({ table: of, place: at, row });
  };
  const visit = (parent: string, was: Row, now: Row | null): boolean => {
    for (const foreignKey of foreignKeys.filter((each) => each.parent === parent)) {
      const rule = now ? foreignKey.onUpdate : foreignKey.onDelete;
      const old = foreignKey.references.map((name) => was[name]);
      if (rule === null || old.includes(null)) continue;
      if (now && foreignKey.references.every((name, i) => now[name] === old[i])) continue;
      for (const row of [...tables.get(foreignKey.entity)?.values() ?? []]) {
        if (!foreignKey.fields.every((name, i) => row[name] === old[i])) continue;
        if (!now && rule === "cascade") set(foreignKey.entity, place(foreignKey.entity, row), null);
        const next: Row | null = !now && rule === "cascade" ? null : { ...row, ...Object.fromEntries(foreignKey.fields.map(
          (name, i): [string, Value] => [name, rule === "cascade" ? now![foreignKey.references[i]!]! : null],
        )) };
        if (next) {
          const [from, to] = [place(foreignKey.entity, row), place(foreignKey.entity, next)];
          if (from !== to && tables.get(foreignKey.entity)!.has(to)) return false;
          if (from !== to) set(foreignKey.entity, from, null);
          set(foreignKey.entity, to, next);
        }
        if (!visit(foreignKey.entity, row, next)) return false;
      }
    }
    return true;
  };
  return visit(table, before, after) ? steps : null;
}
