import type { Entity } from "../../schema/entity.js";
import { storedName } from "../stored-name.js";

/** Elasticsearch's names: an index is in lower case, and a dot in a field's name makes it a part of another. */

const isIndex = (name: string): boolean => /^[a-z][a-z0-9_]*$/.test(name);
const isField = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_]*$/.test(name) && !name.startsWith("sluice_");

/** What the names of the entity's index and aliases end with. */
export const indexName = ({ table }: Pick<Entity, "table">): string => storedName(table, isIndex);

export const documentField = (field: string): string => storedName(field, isField);

/** The field of a document that a list is sorted by in place of a field whose own type has another order. */
export const orderField = (field: string): string => `sluice_order_${documentField(field)}`;
