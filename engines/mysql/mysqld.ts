import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";

/** This file holds what MySQL and MariaDB have in common as processes of Sluice. */

/** mysqld and the C library it was built with. The packages may be of a newer Debian than the system, so their own loader starts it. */
export interface Mysqld {
  readonly command: string;
  readonly args: readonly string[];
}

export async function mysqldIn(root: string): Promise<Mysqld> {
  const usr = join(root, "usr");
  const libraries = (await Promise.all([join(usr, "lib"), join(root, "lib")].map((folder) => inside(folder, /-linux-gnu$/)))).flat();
  const folders = [join(usr, "lib64"), join(root, "lib64"), join(usr, "lib"), ...libraries];
  const [loader] = (await Promise.all(folders.map((folder) => inside(folder, /^ld-linux.*\.so\.\d+$/)))).flat();
  if (libraries.length === 0 || loader === undefined) throw new Error(`${root} holds no C library: remove that folder to fetch it again`);
  const share = join(usr, "share", "mysql");
  return {
    command: loader,
    args: [
      "--library-path", libraries.join(":"), join(usr, "sbin", "mysqld"), "--no-defaults", `--basedir=${usr}`,
      `--plugin-dir=${join(usr, "lib", "mysql", "plugin")}`, `--lc-messages-dir=${share}`,
      `--character-sets-dir=${join(share, "charsets")}`, ...(process.getuid?.() === 0 ? ["--user=root"] : []),
    ],
  };
}

async function inside(folder: string, name: RegExp): Promise<string[]> {
  if (!existsSync(folder)) return [];
  return (await readdir(folder)).filter((entry) => name.test(entry)).map((entry) => join(folder, entry));
}

export async function answers(url: string): Promise<boolean> {
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

export const urlOf = (home: string, port: number | undefined) => `mysql://root:${passwordOf(home)}@127.0.0.1:${port}/`;

/** A password of its own for every home, made once. It has letters and digits only, so it stands in SQL and in a URL as it is. */
export function passwordOf(home: string): string {
  const file = join(home, "password");
  if (!existsSync(file)) writeFileSync(file, randomBytes(16).toString("hex"), { mode: 0o600 });
  return readFileSync(file, "utf8");
}
