import { createHash } from "node:crypto";
import { type Catalog, catalog } from "./catalog.js";
import type { Entity } from "./entity.js";
import type { Field } from "./fields.js";
import { own } from "./own.js";

/** Names a generation: by its place among those of one store, and by what is in it. */
export interface GenerationName {
  readonly number: number;
  readonly hash: string;
}

/**
 * What a store holds: the layout of every entity, exactly, and nothing of who may read it. It is kept in the store, beside the progress
 * that names it, and never changes. So a store says itself what its rows are, whatever the server or a file says later (invariant 11).
 */
export interface Generation extends GenerationName {
  readonly entities: readonly Layout[];
}

/** What decides how rows of an entity are stored and found. */
export interface Layout extends Pick<Entity, "table" | "key" | "isUniqueIndex" | "owner"> {
  readonly fields: Readonly<Record<string, Pick<Field, "type" | "nullable" | "serial">>>;
  readonly references: readonly Omit<Entity["references"][number], "description">[];
  readonly lookups: readonly Omit<Entity["lookups"][number], "description">[];
  readonly search: readonly string[];
}

export function generationOf({ entities }: Pick<Catalog, "entities">, number: number): Generation {
  const layouts = entities.map(layoutOf);
  return { number, hash: createHash("sha256").update(JSON.stringify(layouts)).digest("hex").slice(0, 16), entities: layouts };
}

export function layoutOf({ table, key, isUniqueIndex, fields, references, owner, lookups, search }: Entity): Layout {
  return {
    table, key, ...(isUniqueIndex && { isUniqueIndex }),
    fields: Object.fromEntries(Object.entries(fields).map(([name, { type, nullable, serial }]) => [
      name, { type, nullable, ...(serial && { serial }) },
    ])),
    references: references.map(({ name, fields: held, to }) => ({ name, fields: held, to })),
    owner,
    lookups: lookups.map(({ name, by, orderBy, direction }) => ({ name, by, orderBy, direction })),
    search,
  };
}

/** The catalog of a store, as far as a generation has it: everything but words and who may read what. */
export function catalogOf({ entities }: Pick<Generation, "entities">): Catalog {
  return catalog(entities.map(({ fields, references, lookups, ...rest }): Entity => ({
    ...rest, description: "",
    fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { ...field, class: "", description: "" }])),
    references: references.map((each) => ({ ...each, description: "" })),
    lookups: lookups.map((each) => ({ ...each, description: "" })),
  })));
}

/** The tables whose rows must be copied again for a store that held `before` and is to hold `after`: fields came, or hold something else. */
export function tablesToFill(before: Pick<Generation, "entities">, after: Pick<Generation, "entities">): readonly string[] {
  const known = new Map(before.entities.map((each) => [each.table, each]));
  return after.entities.filter(({ table, fields }) => {
    const old = known.get(table);
    return old && Object.entries(fields).some(([name, { type }]) => JSON.stringify(own(old.fields, name)?.type) !== JSON.stringify(type));
  }).map(({ table }) => table);
}
