import { type Entity, type Lookup, lookupTable } from "../../../schema/entity.js";
import { storedName } from "../../stored-name.js";

/** Cassandra's names: a table has 48 letters, digits and underscores at most, in capitals or not. */

const isPlain = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_]*$/.test(name) && !name.startsWith("sluice_");
const isShort = (name: string): boolean => isPlain(name) && name.length <= 48;
/** What could be the name of a lookup's table is none of a table with rows. */
const isTable = (name: string): boolean => isShort(name) && !/_by(_|$)/.test(name);

export const tableName = ({ table }: Pick<Entity, "table">): string => storedName(table, isTable);

export function lookupName(of: Entity, lookup: Lookup): string {
  const { by, orderBy, direction } = lookup;
  return storedName(lookupTable(of, lookup), (name) => isTable(of.table) && isShort(name), [of.table, by, orderBy, direction]);
}

export const columnName = (field: string): string => storedName(field, isPlain);
