/** `npm run docs`: writes docs/reference, and the schemas of the catalog's files. */
import "reflect-metadata";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../runtime/files/project.js";
import { editorSchemas } from "./editor-schemas.js";
import { referencePages } from "./pages.js";

const folder = join(projectRoot, "docs", "reference");
void main();

async function main(): Promise<void> {
  for (const [file, text] of await referencePages()) {
    writeFileSync(join(folder, file), text);
    process.stdout.write(`docs/reference/${file}\n`);
  }
  for (const [file, text] of editorSchemas()) writeFileSync(join(projectRoot, "catalogs", file), text);
}
