import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The checkout of this code, whether it runs from source or built. */
export const projectRoot = ancestorWith("package.json", __dirname);

/** Where unpacked packages are kept by default; every data folder shares them. */
export const defaultPackages = join(projectRoot, ".sluice", "packages");

function ancestorWith(file: string, folder: string): string {
  if (existsSync(join(folder, file))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`no ${file} above ${__dirname}: Sluice runs from its checkout`);
  return ancestorWith(file, parent);
}
