import type { Entity, Fields, Lookup } from "./entity.js";
import { fieldClasses } from "./fields.js";

/** All entities, referenced ones first: the order in which rows can be inserted. */
export interface Catalog {
  readonly entities: readonly Entity[];
  entity(table: string): Entity;
  has(table: string): boolean;
  /** The lookups that lead out of `of`, with the entity each leads to. */
  lookupsFrom(of: Entity): readonly { readonly entity: Entity; readonly lookup: Lookup }[];
}

/** Thrown by `catalog` with every incoherence of the declarations at once. */
export class IncoherentCatalog extends Error {
  override readonly name = "IncoherentCatalog";
  constructor(readonly problems: readonly string[]) {
    super(`the catalog is not coherent:\n${problems.map((p) => `  - ${p}`).join("\n")}`);
  }
}

/** Puts declarations together and checks what the compiler cannot. @throws IncoherentCatalog */
export function catalog(declared: readonly Entity[]): Catalog {
  const problems = [...duplicates(declared), ...declared.flatMap((e) => problemsOf(e, declared))];
  if (problems.length > 0) throw new IncoherentCatalog(problems);

  const entities = referencedFirst(declared);
  const byTable = new Map(entities.map((e) => [e.table, e]));
  return Object.freeze({
    entities,
    has: (table: string) => byTable.has(table),
    entity(table: string): Entity {
      const found = byTable.get(table);
      if (!found) throw new Error(`no entity "${table}" in the catalog; it has ${[...byTable.keys()].join(", ")}`);
      return found;
    },
    lookupsFrom: (of: Entity) =>
      entities.flatMap((e) => e.lookups
        .filter((lookup) => e.fields[lookup.by]?.references?.table === of.table)
        .map((lookup) => ({ entity: e, lookup }))),
  });
}

function duplicates(declared: readonly Entity[]): string[] {
  const seen = new Set<string>();
  return declared.filter((e) => seen.size === seen.add(e.table).size).map((e) => `${e.table} is declared twice`);
}

function problemsOf(of: Entity, declared: readonly Entity[]): string[] {
  const problems: string[] = [];
  const missing = (what: string, names: readonly string[]) => {
    for (const name of names) if (!(name in of.fields)) problems.push(`${of.table}: ${what} names ${name}, which is not a field`);
  };
  if (of.key.length === 0) problems.push(`${of.table}: has no key`);
  missing("the key", of.key);
  missing("search", of.search);
  missing("a lookup", of.lookups.flatMap((l) => [l.by, l.orderBy]));
  if (of.owner.kind === "field") missing("the owner rule", [of.owner.field]);
  if (of.owner.kind === "through") missing("the owner rule", of.owner.references);

  for (const name of of.key) if (of.fields[name]?.nullable) problems.push(`${of.table}.${name}: a key field cannot be null`);
  for (const lookup of of.lookups) {
    if (of.fields[lookup.orderBy]?.nullable) problems
      .push(`${of.table}: lookup ${lookup.name} is ordered by ${lookup.orderBy}, which can be null`);
    if (!of.fields[lookup.by]?.references) problems.push(`${of.table}: lookup ${lookup.name} is by ${lookup.by}, which references nothing`);
  }
  for (const [name, field] of Object.entries(of.fields as Fields)) {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) problems.push(`${of.table}.${name}: a field name is lower case with underscores`);
    if (!fieldClasses.includes(field.class)) problems.push(`${of.table}.${name}: has no class; give it one of ${fieldClasses.join(", ")}`);
    if (!field.description) problems.push(`${of.table}.${name}: has no description`);
    const target = field.references;
    if (target && !declared.some((e) => e.table === target.table))
      problems.push(`${of.table}.${name}: references ${target.table}, which is not in the catalog`);
    if (target && target.key.length !== 1) problems
      .push(`${of.table}.${name}: references ${target.table}, whose key has ${target.key.length} fields`);
  }
  return problems;
}

/** Depth-first over references. A self-reference is allowed; a longer cycle has no insertion order. */
function referencedFirst(declared: readonly Entity[]): readonly Entity[] {
  const order: Entity[] = [];
  const visit = (of: Entity, path: readonly Entity[]): void => {
    if (order.includes(of)) return;
    if (path.includes(of)) throw new IncoherentCatalog([`references form a circle: ${[...path, of].map((e) => e.table).join(" -> ")}`]);
    for (const field of Object.values(of.fields as Fields)) {
      const target = declared.find((e) => e.table === field.references?.table);
      if (target && target !== of) visit(target, [...path, of]);
    }
    order.push(of);
  };
  for (const of of declared) visit(of, []);
  return Object.freeze(order);
}
