import { inALine } from "../runtime/findings.js";
import type { Log } from "../runtime/log.js";
import { backoff, sleep } from "../runtime/wait.js";
import { type Catalog, catalog } from "../schema/catalog.js";
import type { Entity } from "../schema/entity.js";
import { catalogOf, type Generation, type Layout, layoutOf } from "../schema/generation.js";
import { compile } from "../schema/meaning/compile.js";
import type { Meaning } from "../schema/meaning/read.js";
import type { Shape, TableShape } from "../schema/shape.js";
import type { ServedStores } from "./stores/stores.js";

/**
 * The catalog that is served: the rows are what the store says they are, and the folder's files say what they mean and who may read
 * them. Until sync has written to the store, it is waited for. Null when `signal` aborts before that.
 * @throws PreflightFailed when the files do not fit each other
 */
export async function catalogOfStore(
  stores: Pick<ServedStores, "generation">, meaning: Meaning, log: Log, signal: AbortSignal,
): Promise<Catalog | null> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    const generation = await stores.generation().catch((error: unknown) => {
      if (attempt === 0) log.warn({ error: inALine(error) }, "the store does not say what its rows are; asking again until it does");
      return null;
    });
    if (generation) return served(generation, meaning, log);
    if (attempt === 0) log.info("waiting until sync has begun to write to the store, which then says what its rows are");
    await sleep(Math.min(backoff(attempt), 1_000), signal);
  }
  return null;
}

/** What the files mean for these rows. An entity whose file wants it stored otherwise is kept from viewers who see some rows only. */
export function served(generation: Pick<Generation, "entities">, meaning: Meaning, log: Pick<Log, "warn">): Catalog {
  const stored = catalogOf(generation);
  const { catalog: meant, refused } = compile(withoutAbsent(meaning, stored, log), shapeOf(generation));
  for (const { where, problem, remedy } of refused) log.warn({ where, problem, remedy }, "this table is not served; the others are");
  const layouts = new Map(generation.entities.map((each) => [each.table, each]));
  return catalog(meant.entities.map((of) => overlaid(of, layouts.get(of.table)!, stored.entity(of.table), log)), meant);
}

/** Tables and fields that sync does not bring yet, or no more, are left out; so is what never leaves MySQL. */
function withoutAbsent(meaning: Meaning, stored: Catalog, log: Pick<Log, "warn">): Meaning {
  const absent = meaning.entities.filter(({ table, said }) => said.keep !== false && !stored.has(table));
  for (const { table, file } of absent) log.warn({ table, file }, "sync does not bring this table yet, so it is not served");
  const entities = meaning.entities.filter((each) => !absent.includes(each))
    .map((each) => (stored.has(each.table) ? ofFields(each, stored.entity(each.table), log) : each));
  const isKnown = (name: string) => name.includes("*") || stored.has(name);
  const { said } = meaning.catalog, { include, exclude } = said.tables ?? {};
  const tables = { include: include?.filter(isKnown), exclude: exclude?.filter(isKnown) };
  return { ...meaning, catalog: { ...meaning.catalog, said: { ...said, tables } }, entities };
}

/** What a file says of the fields that the store has. Those that never leave MySQL are not among them. */
function ofFields<T extends Meaning["entities"][number]>(source: T, { fields }: Entity, log: Pick<Log, "warn">): T {
  const { table, file, said } = source;
  const has = (name: string) => Object.hasOwn(fields, name);
  const absent = Object.entries(said.fields ?? {}).filter(([name]) => !has(name));
  if (absent.length === 0) return source;
  for (const [field, form] of absent) if (typeof form === "string" || form.keep !== false) log.warn(
    { table, field, file }, "sync does not bring this field yet, so it is not served",
  );
  return { ...source, said: {
    ...said,
    fields: Object.fromEntries(Object.entries(said.fields ?? {}).filter(([name]) => has(name))),
    references: said.references?.filter((each) => each.fields.every(has)),
    lookups: said.lookups?.filter(({ by, order }) => has(by) && has(order.replace(/ (asc|desc)$/, ""))),
    search: said.search?.filter(has),
  } };
}

function overlaid(of: Entity, layout: Layout, { owner, lookups, search, ...stored }: Entity, log: Pick<Log, "warn">): Entity {
  if (JSON.stringify(layoutOf(of)) === JSON.stringify(layout)) return of;
  log.warn({ table: of.table }, "the store holds this table otherwise than its file wants it, so viewers who see some rows only see none "
    + "of it; restart sync with the same catalog");
  const described = new Map(of.lookups.map((each) => [`${each.by} ${each.name}`, each.description]));
  return {
    ...of, key: stored.key, search,
    lookups: lookups.map((each) => ({ ...each, description: described.get(`${each.by} ${each.name}`) ?? `Its ${each.name}.` })),
    owner: { kind: "hidden" },
  };
}

/** What a store says of its tables, as a server would. */
function shapeOf({ entities }: Pick<Generation, "entities">): Shape {
  return { tables: entities.map(({ table, key, isUniqueIndex, fields, references }): TableShape => ({
    name: table, comment: "", key, ...(isUniqueIndex && { isUniqueIndex }),
    columns: Object.entries(fields).map(([name, { type, nullable, serial }]) => ({
      name, type, nullable, comment: "", declared: type.kind, ...(serial && { serial }),
    })),
    foreignKeys: references.map(({ fields: columns, to }) => ({
      columns, to, toColumns: entities.find((each) => each.table === to)!.key,
    })),
  })) };
}
