import { type Entity, type Lookup, ownersOf, referenceOf } from "./entity.js";
import { own } from "./own.js";
import { noPolicy, type Policy, unclassified } from "./policy.js";

/** What exists and who may read it: plain data, with ways to find things in it. */
export interface Catalog extends Policy {
  /** All entities, referenced ones first, as far as no circle prevents that. */
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

/** Puts entities together and checks that they fit each other. @throws IncoherentCatalog */
export function catalog(declared: readonly Entity[], policy: Policy = noPolicy): Catalog {
  const problems = incoherences(declared, policy);
  if (problems.length > 0) throw new IncoherentCatalog(problems);

  const entities = referencedFirst(declared);
  const byTable = new Map(entities.map((e) => [e.table, e]));
  return Object.freeze({
    ...policy,
    entities,
    has: (table: string) => byTable.has(table),
    entity(table: string): Entity {
      const found = byTable.get(table);
      if (!found) throw new Error(`no entity "${table}" in the catalog; it has ${[...byTable.keys()].join(", ")}`);
      return found;
    },
    lookupsFrom: (of: Entity) =>
      entities.flatMap((e) => e.lookups
        .filter((lookup) => referenceOf(e, lookup.by)?.to === of.table)
        .map((lookup) => ({ entity: e, lookup }))),
  });
}

function incoherences(declared: readonly Entity[], policy: Policy): string[] {
  const seen = new Set<string>();
  const twice = declared.filter((e) => seen.size === seen.add(e.table).size).map((e) => `${e.table} is declared twice`);
  return [...twice, ...declared.flatMap((e) => problemsOf(e, declared, policy))];
}

function problemsOf(of: Entity, declared: readonly Entity[], { classes }: Policy): string[] {
  const problems: string[] = [];
  const missing = (what: string, names: readonly string[]) => {
    for (const name of names.filter((each) => !Object.hasOwn(of.fields, each)))
      problems.push(`${of.table}: ${what} names ${name}, which is not a field`);
  };
  if (of.key.length === 0) problems.push(`${of.table}: has no key`);
  missing("the key", of.key);
  missing("search", of.search);
  missing("a lookup", of.lookups.flatMap((l) => [l.by, l.orderBy]));
  for (const owner of ownersOf(of)) {
    if (owner.kind === "field") missing("the owner rule", [owner.field]);
    if (owner.kind !== "through") continue;
    const others = owner.references.filter((name) => !of.references.some((reference) => reference.name === name));
    for (const name of others) problems.push(`${of.table}: the owner rule leads through ${name}, which is no reference`);
  }
  for (const name of of.key) if (own(of.fields, name)?.nullable) problems.push(`${of.table}.${name}: a key field cannot be null`);
  for (const lookup of of.lookups) {
    if (own(of.fields, lookup.orderBy)?.nullable) problems
      .push(`${of.table}: lookup ${lookup.name} is ordered by ${lookup.orderBy}, which can be null`);
    if (!referenceOf(of, lookup.by)) problems.push(`${of.table}: lookup ${lookup.name} is by ${lookup.by}, which references nothing`);
  }
  for (const [name, field] of Object.entries(of.fields)) {
    const known = [...Object.keys(classes), unclassified];
    if (Object.keys(classes).length > 0 && !known.includes(field.class)) problems.push(
      `${of.table}.${name}: its class ${field.class} is not one of ${known.join(", ")}`,
    );
  }
  for (const { name, fields, to } of of.references) {
    missing(`reference ${name}`, fields);
    const target = declared.find((e) => e.table === to);
    if (!target) problems.push(`${of.table}: reference ${name} leads to ${to}, which is not in the catalog`);
    else if (target.key.length !== fields.length) problems.push(
      `${of.table}: reference ${name} has ${fields.length} fields, and the key of ${to} has ${target.key.length}`,
    );
  }
  return problems;
}

/** Depth-first over references, so that what is referenced comes first. In a circle some entity must come before one it references. */
function referencedFirst(declared: readonly Entity[]): readonly Entity[] {
  const order: Entity[] = [];
  const visited = new Set<Entity>();
  const visit = (of: Entity): void => {
    if (visited.has(of)) return;
    visited.add(of);
    for (const { to } of of.references) {
      const target = declared.find((e) => e.table === to);
      if (target) visit(target);
    }
    order.push(of);
  };
  for (const of of declared) visit(of);
  return Object.freeze(order);
}
