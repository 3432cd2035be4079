import { readMeaning } from "../../schema/meaning/read.js";
import { ownCatalog } from "../../schema/meaning/setting.js";
import { catalogFilesPage } from "./catalog-files.js";
import { errorCodesPage } from "./error-codes.js";
import { exitCodesPage } from "./exit-codes.js";
import { textOf } from "./markdown.js";
import { metricsPage } from "./metrics.js";
import { rolesPage } from "./roles.js";
import { settingsPage } from "./settings.js";
import { typesPage } from "./types.js";

/** Every file of docs/reference by its name, with its text as the code of today gives it. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const pages = [
    settingsPage(), metricsPage(), errorCodesPage(), exitCodesPage(), rolesPage(await readMeaning(ownCatalog)), typesPage(),
    catalogFilesPage(),
  ];
  const index = pages.map(({ file, title, about }) => `- [${title}](${file}): ${about}`).join("\n");
  return new Map([
    ["README.md", textOf({ title: "Reference", body: `Lists for looking things up.\n\n${index}` })],
    ...pages.map((page) => [page.file, textOf(page)] as const),
  ]);
}
