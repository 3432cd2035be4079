import { type Entity, type Lookup, lookupTable } from "../../../schema/entity.js";
import { storedName } from "../../stored-name.js";

/** SQLite's names: it takes `Album` and `album` for one table, and a table and an index cannot share a name. */

const isPlain = (name: string): boolean => /^[a-z][a-z0-9_]*$/.test(name) && !/^(sqlite|sluice)_/.test(name);
/** What could be the name of a lookup's index is none of a table. */
const isTable = (name: string): boolean => isPlain(name) && !/_by(_|$)/.test(name);
/** FTS5 makes tables of its own beside a search index, with these words behind its name. */
const isSearch = (name: string): boolean => isTable(name) && !/_(data|idx|content|docsize|config)$/.test(name);
/** A table's columns differ without regard to case in MySQL too. FTS5 reserves `rank` and `rowid`. */
const isColumn = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_]*$/.test(name) && !/^(sluice_.*|rowid|oid|rank)$/i.test(name);

export const tableName = ({ table }: Pick<Entity, "table">): string => storedName(table, isTable);

/** What the names of the entity's search index and of its parts end with. */
export const searchName = ({ table }: Pick<Entity, "table">): string => storedName(table, isSearch);

export function indexName(of: Entity, lookup: Lookup): string {
  const { by, orderBy, direction } = lookup;
  return storedName(lookupTable(of, lookup), (name) => isTable(of.table) && isPlain(name), [of.table, by, orderBy, direction]);
}

export const columnName = (field: string): string => storedName(field, isColumn);
