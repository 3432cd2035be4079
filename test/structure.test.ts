import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(__dirname, "..");

/** What each room may import besides itself. A room that is not here may not exist. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  schema: ["runtime"],
  runtime: [],
  stores: ["schema", "runtime"],
  sync: ["schema", "stores", "runtime"],
  gateway: ["schema", "stores", "runtime"],
  generator: ["runtime"],
  migrations: ["runtime"],
  engines: ["runtime"],
  operate: ["schema", "runtime", "stores", "sync"],
  faults: ["schema", "runtime", "stores", "sync", "generator", "migrations", "engines"],
  cli: ["schema", "runtime", "stores", "sync", "gateway", "generator", "migrations", "engines", "operate", "faults"],
  bench: ["schema", "runtime", "stores", "sync", "gateway", "generator", "migrations", "engines"],
  test: ["schema", "runtime", "stores", "sync", "gateway", "generator", "migrations", "engines", "operate", "faults", "cli", "bench"],
};
const entryPoints = /^(cli\/(reference\/)?main\.ts|bench\/[a-z0-9-]+\.ts|migrations\/\d+-.*\.ts)$/;

interface Source {
  readonly file: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly string[];
}

const sources = Object.keys(mayImport).flatMap((room) => filesBelow(room)).map(read);
const byFile = new Map(sources.map((source) => [source.file, source]));
const product = sources.filter((source) => room(source.file) !== "test");

test("imports go one way between the rooms", () => {
  const wrong = sources.flatMap(({ file, imports }) => imports
    .filter((target) => room(target) !== room(file) && !mayImport[room(file)]?.includes(room(target)))
    .map((target) => `${file} -> ${target}`));
  expect(wrong).toEqual([]);
});

test("each invariant of docs/architecture/invariants.md is promised by the name of a test", () => {
  const page = readFileSync(join(root, "docs", "architecture", "invariants.md"), "utf8");
  const stated = [...page.matchAll(/^(\d+)\. [A-Z]/gm)].map(([, number]) => Number(number));
  const tests = sources.filter(({ file }) => file.startsWith("test/")).map(({ text }) => text).join("\n");
  const promised = [
    ...tests.matchAll(/(?:test|describe)(?:\.each\(.*\))?\("invariants? ([\d, and to]+)/g),
  ].flatMap(([, numbers]) => numbersIn(numbers!));
  expect(stated).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15]);
  expect(stated.filter((number) => !promised.includes(number))).toEqual([]);
});

/** Reads `1 to 3 and 7` as 1, 2, 3, 7. */
function numbersIn(text: string): number[] {
  return text.split(/,| and /).flatMap((part) => {
    const [from, to] = part.split(" to ").map(Number) as [number, number?];
    return Array.from({ length: (to ?? from) - from + 1 }, (_, i) => from + i);
  });
}

test("the binlog reader knows nothing of Sluice, and no store engine knows another", () => {
  const isolated = (file: string) => /^(sync\/mysql\/binlog|stores\/(?!text\/)[a-z]+)\//.exec(file)?.[0];
  const allowed = (from: string, to: string) =>
    isolated(from)?.startsWith("stores/") ? isolated(to) === undefined || isolated(to) === isolated(from) : to.startsWith(isolated(from)!);
  const wrong = product.filter(({ file }) => isolated(file))
    .flatMap(({ file, imports }) => imports.filter((target) => !allowed(file, target)).map((target) => `${file} -> ${target}`));
  expect(wrong).toEqual([]);
});

test("no folder is a drawer: fifteen files at most, then it has rooms", () => {
  const files = sources.map(({ file }) => dirname(file));
  const full = [...new Set(files)].map((folder) => ({
    folder, files: files.filter((each) => each === folder).length,
  })).filter(({ files }) => files > 15);
  expect(full).toEqual([]);
});

test("no arrow runs back up: no file or room of a folder imports, by whatever way, another one there that imports it", () => {
  const folders = new Set(product.flatMap(({ file }) => ancestors(file)));
  expect([...folders].flatMap(arrowsBackUp)).toEqual([]);
});

/** Splits `sync/mysql/row/codec.ts` into `sync`, `sync/mysql`, `sync/mysql/row`. */
function ancestors(file: string): readonly string[] {
  const parts = dirname(file).split("/");
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

/** The imports between two items of the folder, each a file or a room, that can reach one another. */
function arrowsBackUp(folder: string): readonly string[] {
  const itemOf = (file: string) => (file.startsWith(`${folder}/`) ? file.slice(folder.length + 1).split("/")[0]! : null);
  const arrows = product.flatMap(({ file, imports }) => imports.map((target) => ({
    from: itemOf(file), to: itemOf(target), text: `${file} -> ${target}`,
  })))
    .filter(({ from, to }) => from !== null && to !== null && from !== to);
  const reaches = (from: string | null, wanted: string | null, passed = new Set<string | null>()): boolean => arrows.some((arrow) => {
    if (arrow.from !== from || passed.has(arrow.to)) return false;
    passed.add(arrow.to);
    return arrow.to === wanted || reaches(arrow.to, wanted, passed);
  });
  return arrows.filter(({ from, to }) => reaches(to, from)).map(({ text }) => text);
}

test("no import leads back to where it began", () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (path.includes(file) || done.has(file)) return;
    for (const target of byFile.get(file)?.imports ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const { file } of product) visit(file, []);
  expect(cycles).toEqual([]);
});

test("every file is reached from a command, a bench or a migration", () => {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    byFile.get(file)?.imports.forEach(visit);
  };
  product.filter(({ file }) => entryPoints.test(file)).forEach(({ file }) => visit(file));
  expect(product.map(({ file }) => file).filter((file) => !reached.has(file))).toEqual([]);
});

test("a file tells one story: no product file above 250 lines, no test above 400", () => {
  const tooLong = sources.filter(({ file, lines }) => lines > (room(file) === "test" ? 400 : 250));
  expect(tooLong.map(({ file, lines }) => `${file} ${lines}`)).toEqual([]);
});

test("a line has 140 columns at most, but for tables of characters and an expression that stands alone in it", () => {
  const isLong = (line: string) => line.length > 140 && !/^\s*\/.*\/[a-z]*[,;]?$/.test(line);
  const long = sources.filter(({ file }) => !/charset-(data|tables)\.ts$/.test(file))
    .flatMap(({ file, text }) => text.split("\n").flatMap((line, i) => (isLong(line) ? [`${file}:${i + 1}`] : [])));
  expect(long).toEqual([]);
});

test("no barrels, no escape hatches, no loose ends", () => {
  const offences = product.flatMap(({ file, text }) => text.split("\n").flatMap((line, i) =>
    /^export \* from|(\bas|:) any([,;)\]>=]|\[\]|$)|<any>|@ts-ignore|\bTODO\b|\bFIXME\b|catch \{ ?\}/.test(line) ? [
      `${file}:${i + 1} ${line.trim()}`,
    ] : []));
  expect(offences).toEqual([]);
});

/** Words that once named what another word names; docs/architecture/words.md has the one of each that stayed. */
const retired =
  /\b(unreadable|unrepresentable|unfit|misfit|divergence|bookmark|valve|desk|shelf|announcement|TurnNews|TurnParts|told|hears?|news|wish|takeTurn|openPlace)\b/i;

test("one word a meaning: no product file uses a retired one", () => {
  const uses = product.flatMap(({ file, text }) => text.split("\n").flatMap((line, i) => {
    const word = retired.exec(line.replace(/([a-z])([A-Z])/g, "$1 $2"))?.[0];
    return word === undefined ? [] : [`${file}:${i + 1} ${word}`];
  }));
  expect(uses).toEqual([]);
});

/** Phrases that hide the actor, or that a newcomer has to look up. */
const stilted = /\b(anew|whoever|for ever|somebody|nobody|is to be)\b/i;

test("comments of product files are plain English: none has a retired phrase", () => {
  const uses = product.flatMap(({ file, text }) => commentsOf(text).flatMap(({ line, comment }) => {
    const phrase = stilted.exec(comment)?.[0];
    return phrase === undefined ? [] : [`${file}:${line} ${phrase}`];
  }));
  expect(uses).toEqual([]);
});

/** The comments of a source, each as one line of text. A phrase may be broken by the end of a line. */
function commentsOf(text: string): readonly { readonly line: number; readonly comment: string }[] {
  return [...text.matchAll(/\/\*\*[^]*?\*\/|(?:^|\s)\/\/ .*$/gm)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length + (match[0].startsWith("\n") ? 1 : 0),
    comment: match[0].replace(/\s*\n\s*\*?\s*/g, " "),
  }));
}

test("an invariant that is cited is stated", () => {
  const cited = sources.flatMap(({ text }) => [...text.matchAll(/invariants? (\d+)/g)].map((match) => Number(match[1])));
  expect(cited.filter((n) => n !== 15 && (n < 1 || n > 11))).toEqual([]);
});

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts") ? [path] : [];
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function read(file: string): Source {
  const text = readFileSync(join(root, file), "utf8");
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g)].map((match) => match[1]!);
  const imports = specifiers.map((specifier) => relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, ".ts"));
  return { file, text, lines: text.split("\n").length, imports: [...new Set(imports)] };
}

function room(file: string): string {
  return file.split("/")[0]!;
}
