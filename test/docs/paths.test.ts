import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { projectRoot } from "../../runtime/files/project.js";
import { documents, inlineCodeOf, textOf } from "./markdown.js";

const root = projectRoot;

/** Everything at the top of the repository that a path can begin with; what a build or a run makes is not part of it. */
const made = ["node_modules", "dist", ".git", ".sluice"];
const top = readdirSync(root, { withFileTypes: true }).filter(({ name }) => !made.includes(name));
const folders = top.filter((entry) => entry.isDirectory()).map(({ name }) => name);
const fileEnding = /\.(ts|cjs|js|md|json|yml|graphql)$/;
/** A bare name may be that of a file that a command writes; only documents stand at the top of the repository. */
const bareName = /^[\w-]+\.(?!md$)\w+$/;

test("the documents are found", () => {
  expect(documents).toEqual(expect.arrayContaining(["docs/README.md", "docs/architecture/README.md", "docs/how-to/add-a-store.md"]));
});

describe.each(documents)("%s", (document) => {
  const text = textOf(document);

  test("every path in backticks exists", () => {
    expect(pathsIn(text).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("every path that a picture or a command names exists", () => {
    expect(barePathsIn(text).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("every relative link leads to a file, and to a heading where it names one", () => {
    expect(linksIn(text).filter((link) => !resolves(document, link))).toEqual([]);
  });
});

test("a path that does not exist is noticed, and other text in backticks is not taken for one", () => {
  expect(pathsIn("`sync/gone.ts`, `stores/`, `sync/main.ts:12`, `a/b`, `npm test`, `/metrics`, `sync.json`, `GONE.md`")).toEqual([
    "sync/gone.ts", "stores/", "sync/main.ts", "GONE.md",
  ]);
  expect(linksIn("[a](b.md#c) and [d](https://example.com)")).toEqual(["b.md#c"]);
  expect(resolves("README.md", "docs/gone.md")).toBe(false);
  expect(resolves("README.md", "docs/README.md#no-such-heading")).toBe(false);
});

/** Text in backticks that begins with a folder of the repository, or is the name of a document. Braces are written out. */
function pathsIn(markdown: string): readonly string[] {
  return inlineCodeOf(markdown)
    .map((code) => code.replace(/:\d+$/, ""))
    .filter((code) => /^[\w./{},-]+$/.test(code) && (folders.includes(code.split("/")[0]!) && code.includes("/") || isFile(code)))
    .flatMap(writtenOut);
}

function isFile(code: string): boolean {
  return fileEnding.test(code) && !bareName.test(code) && !code.startsWith("/") && !code.includes("dist/");
}

/** Paths without backticks that end as a file does: in mermaid pictures, and after `npx jest`. */
function barePathsIn(markdown: string): readonly string[] {
  const words = [...markdown.matchAll(/[\w./-]+/g)].map(([word]) => word);
  return words.filter((word) => folders.includes(word.split("/")[0]!) && word.includes("/") && fileEnding.test(word));
}

/** Expands `cli/{main,words}.ts` into both names. */
function writtenOut(path: string): readonly string[] {
  const [, before, choices, after] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(path) ?? [];
  return choices === undefined ? [path] : choices.split(",").flatMap((choice) => writtenOut(`${before}${choice}${after}`));
}

function linksIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link));
}

function resolves(document: string, link: string): boolean {
  const [path, heading] = link.split("#") as [string, string?];
  const target = path === "" ? join(root, document) : resolve(root, dirname(document), path);
  if (!existsSync(target)) return false;
  return heading === undefined || headingsOf(readFileSync(target, "utf8")).includes(heading);
}

/** Anchors as GitHub names them. */
function headingsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!.toLowerCase().replace(/[^\w\- ]/g, "").replace(/ /g, "-"));
}
