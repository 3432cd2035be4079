import { join } from "node:path";
import { z } from "zod";
import { projectRoot } from "../../runtime/files/project.js";
import type { Setting } from "../../runtime/settings.js";

/** The commerce schema, which the generator fills. */
export const ownCatalog = join(projectRoot, "catalogs", "totesys");

export const catalogFolder: Setting<string> = {
  env: "SLUICE_CATALOG",
  placeholder: "folder",
  description: "folder of the catalog, which says what the tables mean and who may read them (default: that of the commerce schema)",
  schema: z.string().min(1).default(ownCatalog),
};
