import type { Entity } from "./entity.js";
import { lookupTable, referenceOf } from "./entity.js";
import { enumName, enumValueNames, fieldName, inheritedNames, reservedRoots, reservedTypes, rootName, typeName } from "./names.js";

/** Two things that would have one name, at the place in the second one's file that could give it another. */
export interface NameClash {
  readonly table: string;
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly remedy: string;
}

/** What two declarations would both be called in the API or in a store, one clash a place; empty when all is well. */
export function nameClashes(entities: readonly Entity[]): readonly NameClash[] {
  const enums = entities.flatMap((of) => Object.entries(of.fields).filter(([, { type }]) => enumValueNames(type).length > 0)
    .map(([field]): Named => (
      { name: enumName(of, field), of: `that of ${of.table}.${field}`, table: of.table, path: ["fields", field] })));
  const types = entities.flatMap((of) => [typeName(of), `${typeName(of)}Connection`, `${typeName(of)}Edge`].map((name) => named(name, of)));
  const clashes = [
    ...repeated("types", [...enums, ...types], reservedTypes),
    ...repeated("root fields", entities.map((of) => named(rootName(of), of)), reservedRoots),
    ...entities.flatMap((of) => repeated(`fields of ${typeName(of)}`, membersOf(of, entities), inheritedNames)),
    ...repeated("tables of a store", tablesOf(entities)).map((each) => (
      { ...each, remedy: "order or list by another column, or leave the other table out (keep: false in its file)" })),
  ];
  const isAt = (a: NameClash, b: NameClash) => a.table === b.table && a.path.join() === b.path.join();
  return clashes.filter((each, i) => i === clashes.findIndex((other) => isAt(other, each)));
}

interface Named {
  readonly name: string;
  /** What has the name, in words. */
  readonly of: string;
  readonly table: string;
  readonly path: NameClash["path"];
}

function named(name: string, { table }: Entity): Named {
  return { name, of: `that of ${table}`, table, path: ["name"] };
}

function membersOf(of: Entity, entities: readonly Entity[]): readonly Named[] {
  const { table } = of;
  return [
    ...Object.keys(of.fields).map((column) => (
      { name: fieldName(of, column), of: `that of the column ${column}`, table, path: ["fields", column, "name"] })),
    ...of.references.map(({ name, to }, i) => ({ name, of: `the reference to ${to}`, table, path: ["references", i, "name"] })),
    ...entities.flatMap((each) => each.lookups.map((lookup, i) => ({ lookup, i }))
      .filter(({ lookup: { by } }) => referenceOf(each, by)?.to === table)
      .map(({ lookup: { name, by }, i }) => (
        { name, of: `the lookup of ${each.table} by ${by}`, table: each.table, path: ["lookups", i, "name"] }))),
  ];
}

/** Stores keep a lookup in a table, or by an index, which stands among the tables. */
function tablesOf(entities: readonly Entity[]): readonly Named[] {
  return [
    ...entities.map((of) => ({ ...named(of.table, of), of: `the table ${of.table}` })),
    ...entities.flatMap((of) => of.lookups.map((lookup, i): Named => ({
      name: lookupTable(of, lookup), of: `the lookup ${lookup.name} of ${of.table}`, table: of.table, path: ["lookups", i],
    }))),
  ];
}

function repeated(what: string, candidates: readonly Named[], reserved: ReadonlySet<string> = new Set()): readonly NameClash[] {
  const first = new Map<string, string>([...reserved].map((name) => [name, "the API's own"]));
  return candidates.flatMap(({ name, of, table, path }): NameClash[] => {
    const other = first.get(name);
    if (other === undefined) first.set(name, of);
    return other === undefined ? [] : [{
      table, path, problem: `two ${what} would be called ${name}: ${other} and ${of}`,
      remedy: "give one of them another `name` in its file",
    }];
  });
}
