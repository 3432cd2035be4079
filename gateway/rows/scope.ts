import { type Entity, type Key, ownerFor, type Row } from "../../schema/entity.js";
import type { SearchTarget } from "../../stores/ports.js";
import type { Viewer } from "../auth/viewer.js";

/** Whether a row may be shown, or which row decides that. */
export type Verdict = "visible" | "hidden" | { readonly follow: string; readonly key: Key };

/** How the viewer came to the row. */
export type Reached = "by key" | "from a visible row";

/** The row scope, in one place and without I/O: what `Owner` says, for this viewer. */
export function verdictOf(viewer: Viewer, of: Entity, row: Row, reached: Reached): Verdict {
  if (viewer.rows === "all") return "visible";
  const owner = ownerFor(of, viewer.rows.of);
  switch (owner.kind) {
    case "everyone": return "visible";
    case "hidden": return "hidden";
    case "referenced": return reached === "from a visible row" ? "visible" : "hidden";
    case "field": return row[owner.field] === viewer.rows.key ? "visible" : "hidden";
    case "through": {
      const references = owner.references.map((name) => of.references.find((each) => each.name === name)!);
      const held = references.find(({ fields }) => fields.every((field) => (row[field] ?? null) !== null));
      return held ? { follow: held.to, key: held.fields.map((field) => row[field] as string | number) } : "hidden";
    }
    default: return owner satisfies never;
  }
}

/**
 * Where the viewer's search may look (invariant 6): in the fields it may read and, with a row scope, in its own rows only.
 * Undefined leaves the entity out: nothing in it may be found.
 */
export function searchTarget(viewer: Viewer, of: Entity): SearchTarget | undefined {
  const fields = of.search.filter((name) => viewer.reads.has(of.fields[name]!.class));
  if (fields.length === 0) return undefined;
  if (viewer.rows === "all") return { entity: of, fields, scope: null };
  const owner = ownerFor(of, viewer.rows.of);
  if (owner.kind === "everyone") return { entity: of, fields, scope: null };
  return owner.kind === "field" ? { entity: of, fields, scope: { field: owner.field, value: viewer.rows.key } } : undefined;
}
