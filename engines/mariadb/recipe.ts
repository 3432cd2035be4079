import { existsSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unavailable, type Work } from "../engine.js";
import { CommandFailed, run } from "../host/command.js";
import { keptPorts } from "../host/kept-ports.js";
import { argumentsOf, type Flags } from "../mysql/flags.js";
import { answers, type Mysqld, mysqldIn, passwordOf, urlOf } from "../mysql/mysqld.js";
import { unpackDebian } from "../packages/apt.js";
import { cached } from "../packages/cache.js";
import type { Recipe } from "../recipe.js";
import { endMaker, noteMaker } from "../running.js";

const flags: Flags = {
  "bind-address": "127.0.0.1",
  "server-id": "1",
  "log-bin": "binlog",
  "binlog-format": "ROW",
  "binlog-row-metadata": "FULL",
  "binlog-annotate-row-events": "ON",
  "max-allowed-packet": "256M",
  "innodb-buffer-pool-size": "128M",
  "skip-name-resolve": "",
};

/** MariaDB 10.11 as Debian 12 packages it: a second source for the binary log reader. */
export const mariadbRecipe: Recipe = {
  name: "mariadb",
  patienceMs: 90_000,
  fetch: (work) => cached("mariadb-bookworm", work, async (folder) => {
    work.progress("mariadb: fetching packages");
    await unpackDebian("bookworm", ["mariadb-server-core"], folder, work);
  }),
  prepare: async (home, installed, work) => {
    const data = join(home, "data");
    const mariadbd = await mysqldIn(installed);
    if (!existsSync(data)) await initialize(mariadbd, join(installed, "usr", "share", "mysql"), home, data, work);
    const [port] = await keptPorts("mariadb", home, 1);
    const running = { ...flags, "datadir": data, "port": String(port), "socket": "mariadb.sock" };
    return { url: urlOf(home, port), command: mariadbd.command, args: [...mariadbd.args, ...argumentsOf(running)] };
  },
  answers,
  container: (home, port) => {
    const { "bind-address": _, ...inside } = flags;
    return {
      url: urlOf(home, port), image: "mariadb:10.11", port: 3306, volume: "/var/lib/mysql",
      env: { MARIADB_ROOT_PASSWORD: passwordOf(home) }, args: argumentsOf(inside),
    };
  },
};

/** Does what mariadb-install-db does: the system tables through `--bootstrap`, then root with its password; whole or not at all. */
async function initialize({ command, args }: Mysqld, share: string, home: string, data: string, { signal, progress }: Work): Promise<void> {
  progress("mariadb: making its data folder");
  const partial = `${data}.partial`;
  await rm(partial, { recursive: true, force: true });
  const tables = await Promise.all(
    ["mysql_system_tables.sql", "mysql_system_tables_data.sql"].map((name) => readFile(join(share, name), "utf8")),
  );
  const users = ["localhost", "127.0.0.1"].flatMap((host) => [
    `CREATE OR REPLACE USER root@'${host}' IDENTIFIED BY '${passwordOf(home)}';`, `GRANT ALL ON *.* TO root@'${host}' WITH GRANT OPTION;`,
  ]);
  const statements = join(home, "first.sql");
  await writeFile(
    statements, ["CREATE DATABASE mysql;", "USE mysql;", ...tables, "FLUSH PRIVILEGES;", ...users, ""].join("\n"), { mode: 0o600 },
  );
  try {
    await run("mkdir", ["-p", partial], { signal });
    await run("sh", [
      "-c", 'statements=$1; shift; exec "$@" < "$statements"', "sh", statements, command, ...args, `--datadir=${partial}`, "--bootstrap",
      "--skip-log-bin",
    ], { signal, cwd: home, started: (pid) => noteMaker(home, pid) });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw unavailable("mariadb", `cannot make its data folder: ${error.message}`, `see that ${home} is writable and has 200 MB free`);
  } finally {
    await Promise.all([rm(statements, { force: true }), endMaker(home)]);
  }
  await rename(partial, data);
}
