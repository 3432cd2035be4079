/** `npm run docs`: writes docs/reference. */
import "reflect-metadata";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../engines/project.js";
import { referencePages } from "./pages.js";

const folder = join(projectRoot, "docs", "reference");
for (const [file, text] of referencePages()) {
  writeFileSync(join(folder, file), text);
  process.stdout.write(`docs/reference/${file}\n`);
}
