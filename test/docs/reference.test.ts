import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { commands } from "../../cli/commands.js";
import { editorSchemas } from "../../cli/reference/editor-schemas.js";
import { referencePages } from "../../cli/reference/pages.js";
import { settingsOf } from "../../cli/command.js";
import { entityForm } from "../../schema/meaning/forms.js";
import { projectRoot } from "../../runtime/files/project.js";
import { blocksOf, documents, textOf } from "./markdown.js";

const folder = join(projectRoot, "docs", "reference");
let pages: ReadonlyMap<string, string>;
beforeAll(async () => { pages = await referencePages(); });

test.each(readdirSync(folder))("docs/reference/%s is what the code says", (file) => {
  const written = readFileSync(join(folder, file), "utf8");
  if (written !== pages.get(file)) throw new Error(`docs/reference/${file} is stale: run npm run docs\n${firstDifference(file, written)}`);
});

test("the schemas by which editors check a catalog's files are what the forms say", () => {
  const written = [...editorSchemas().keys()].map((file) => [file, readFileSync(join(projectRoot, "catalogs", file), "utf8")]);
  expect(written).toEqual([...editorSchemas()]);
});

test("the pictures are what their sources say", async () => {
  const architecture = join(projectRoot, "docs", "architecture");
  const { pictures } = require(join(architecture, "draw.cjs")) as { pictures(): Promise<ReadonlyMap<string, string>> };
  for (const [file, text] of await pictures()) {
    if (readFileSync(join(architecture, file), "utf8") !== text) throw new Error(`docs/architecture/${file} is stale: run npm run docs`);
  }
});

test("docs/reference has no other file", () => {
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
});

test("an example of a catalog's file in a document is one", () => {
  const examples = documents.flatMap((document) => blocksOf(textOf(document))).filter(({ language }) => language === "yaml");
  expect(examples.length).toBeGreaterThan(0);
  for (const { text } of examples) expect(entityForm.safeParse(parse(text))).toMatchObject({ success: true });
});

test("every setting of every command is on the page", () => {
  const text = pages.get("settings.md")!;
  for (const command of commands) {
    const section = text.slice(text.indexOf(`\n## ${command.name}\n`));
    for (const [name, { env }] of Object.entries(settingsOf(command)).filter(([key]) => key !== "dataDir")) {
      expect({ command: command.name, name, found: section.split("\n## ")[1]!.includes(`\`${env}\``) })
        .toEqual({ command: command.name, name, found: true });
    }
  }
});

test("a default that a description states as a number is the schema's", () => {
  for (const command of commands) {
    for (const { env, description, schema } of Object.values(settingsOf(command))) {
      const [, usual] = /\(default: (\d+)\)$/.exec(description) ?? [];
      if (usual !== undefined) expect({ command: command.name, env, usual: String(schema.parse(undefined)) })
        .toEqual({ command: command.name, env, usual });
    }
  }
});

function firstDifference(file: string, written: string): string {
  const [now, then] = [pages.get(file)!.split("\n"), written.split("\n")];
  const line = now.findIndex((text, i) => text !== then[i]);
  return `line ${line + 1} is: ${then[line]}\nthe code says: ${now[line]}`;
}
