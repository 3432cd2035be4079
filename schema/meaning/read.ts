import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { isMap, isScalar, LineCounter, type Pair, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import { type CatalogForm, catalogForm, type EntityForm, entityForm } from "./forms.js";
import { type Mistake, mistakesOf } from "./mistakes.js";

/** A place in a file of the catalog, as the way to it: `["fields", "unit_price", "class"]`. */
export type Path = readonly (string | number)[];

/** What one file says, and where it says it. */
export interface Source<T> {
  readonly file: string;
  readonly said: T;
  /** The parts of the file that are not as they were written, because they held mistakes of form. */
  readonly mistaken: ReadonlySet<string>;
  /** `catalogs/mine/order.yaml:12:5`: the place of this path, or of the nearest one around it. */
  at(path: Path): string;
}

/** What the files of a catalog folder say, before it is held against any database. */
export interface Meaning {
  readonly folder: string;
  readonly catalog: Source<CatalogForm>;
  readonly entities: readonly (Source<EntityForm> & { readonly table: string })[];
  /** The mistakes of form. What they stand in is left out of the rest. */
  readonly mistakes: readonly Finding[];
}

/** Reads a catalog folder: `catalog.yaml`, and one file for each entity. @throws PreflightFailed with every mistake of form, at its place */
export async function readMeaning(folder: string): Promise<Meaning> {
  const meaning = await readAsFarAsPossible(folder);
  if (meaning.mistakes.length > 0) throw new PreflightFailed(meaning.mistakes);
  return meaning;
}

/**
 * Reads what has the right form, and keeps the mistakes of the rest, so that they are reported together with what does not fit the
 * database. @throws PreflightFailed when there is no such folder
 */
export async function readAsFarAsPossible(folder: string): Promise<Meaning> {
  const mistakes: Finding[] = [];
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new PreflightFailed([{
      where: folder, problem: error.code === "ENOENT" ? "there is no such folder" : error.message,
      remedy: "name a folder with a catalog.yaml; sluice introspect makes one from a live database",
    }]);
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  const main = files.find((name) => /^catalog\.ya?ml$/.test(name));
  if (!main) throw new PreflightFailed([{
    where: folder, problem: "it has no catalog.yaml", remedy: "name a catalog's folder; sluice introspect makes one from a live database",
  }]);
  const nothing: CatalogForm = { classes: {}, roles: {} };
  const catalog = await readFileOf(join(folder, main), catalogForm, nothing, mistakes);
  const entities: (Source<EntityForm> & { readonly table: string })[] = [];
  for (const name of files) {
    if (name === main) continue;
    const source = await readFileOf<EntityForm>(join(folder, name), entityForm, {}, mistakes);
    entities.push({ ...source, table: source.said.table ?? basename(name).replace(/\.ya?ml$/, "") });
  }
  return { folder, catalog, entities, mistakes };
}

/** The parts of a file that is no YAML. */
const everything = ["classes", "roles", "tables", "table", "key", "fields", "references"];

async function readFileOf<T>(file: string, form: z.ZodType<T>, nothing: T, mistakes: Finding[]): Promise<Source<T>> {
  const lines = new LineCounter();
  const document = parseDocument(await readFile(file, "utf8"), { lineCounter: lines, prettyErrors: false });
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const at = (path: Path) => placeOf(offsetOf(document, path));
  if (document.errors.length > 0) {
    mistakes.push(...document.errors.map((error) => ({
      where: placeOf(error.pos[0]), problem: `it is not YAML: ${error.message}`, remedy: "correct the file there",
    })));
    return { file, said: nothing, mistaken: new Set(everything), at };
  }
  const given: unknown = document.toJS() ?? {};
  const checked = form.safeParse(given);
  if (checked.success) return { file, said: checked.data, mistaken: new Set(), at };
  const found = checked.error.issues.flatMap((issue) => mistakesOf(issue, given));
  mistakes.push(...found.map(({ path, message }) => ({
    where: at(path), problem: `${path.length > 0 ? `${path.join(".")}: ` : ""}${message}`,
    remedy: "correct it there; an editor that knows the schema named at the file's top shows what may stand there",
  })));
  const rest = form.safeParse(without(given, found));
  return { file, said: rest.success ? rest.data : nothing, mistaken: new Set(found.map(({ path }) => String(path[0]))), at };
}

/** What is left of a file without its mistakes. Of what is listed by name only that one goes, but the name of a class is known still. */
function without(given: unknown, mistakes: readonly Mistake[]): unknown {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return {};
  const left = structuredClone(given) as Record<string, unknown>;
  for (const { path: [part, name] } of mistakes) {
    const named = part === undefined ? null : left[part];
    const isByName = part === "classes" || part === "roles" || part === "fields";
    if (name === undefined || !isByName || typeof named !== "object" || named === null || Array.isArray(named)) delete left[part!];
    else if (part === "classes") Object.assign(named, { [name]: String(name) });
    else delete (named as Record<string, unknown>)[name];
  }
  return { ...("classes" in given || "roles" in given ? { classes: {}, roles: {} } : {}), ...left };
}

/** Where a path stands; where it is absent, what is around it. A name stands where its own text begins. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const around: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(around)) {
      const pair = around.items.find(({ key }: Pair) => isScalar(key) && String(key.value) === String(last));
      if (pair && isScalar(pair.key) && pair.key.range) return pair.key.range[0];
      continue;
    }
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (node !== null && typeof node === "object" && "range" in node && Array.isArray(node.range)) return Number(node.range[0]);
  }
  return 0;
}
