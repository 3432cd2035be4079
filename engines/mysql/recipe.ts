import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unavailable, type Work } from "../engine.js";
import { CommandFailed, run } from "../host/command.js";
import { keptPorts } from "../host/kept-ports.js";
import { unpackDebian } from "../packages/apt.js";
import { cached } from "../packages/cache.js";
import type { Recipe } from "../recipe.js";
import { endMaker, noteMaker } from "../running.js";
import { argumentsOf, developmentFlags, type Flags } from "./flags.js";
import { answers, mysqldIn, passwordOf, urlOf } from "./mysqld.js";

/**
 * MySQL 9 as Debian packages it. Only its unstable suite has it, so `mysql-server-core` is unpacked from
 * there with the libraries it was built against.
 * The suite moves on, so no version is named. @param flags add to or replace the development flags
 */
export function mysqlRecipe(flags: Flags = {}, fixedPort?: number): Recipe {
  return {
    name: "mysql",
    patienceMs: 90_000,
    fetch: (work) => cached("mysql-sid", work, async (folder) => {
      work.progress("mysql: fetching packages");
      await unpackDebian("sid", ["mysql-server-core"], folder, work);
    }),
    prepare: async (home, installed, work) => {
      const data = join(home, "data");
      const mysqld = await mysqldIn(installed);
      if (!existsSync(data)) await initialize(mysqld.command, [...mysqld.args, ...argumentsOf(ofData(flags))], home, data, work);
      // A killed server leaves its number there, and another process may have that number by now: the next server would refuse to start.
      // That no server works in this folder is known, and InnoDB's own lock holds it so.
      await rm(join(data, "mysql.sock.lock"), { force: true });
      const port = fixedPort ?? (await keptPorts("mysql", home, 1))[0];
      const running = {
        ...developmentFlags, "datadir": data, "port": String(port), "socket": "mysql.sock", "secure-file-priv": "NULL", ...flags,
      };
      return { url: urlOf(home, port), command: mysqld.command, args: [...mysqld.args, ...argumentsOf(running)] };
    },
    answers,
    container: (home, port) => {
      const { "bind-address": _, ...inside } = developmentFlags;
      return {
        url: urlOf(home, port), image: "mysql:9", port: 3306, volume: "/var/lib/mysql",
        env: { MYSQL_ROOT_PASSWORD: passwordOf(home) }, args: argumentsOf({ ...inside, ...flags }),
      };
    },
  };
}

/** The flags that a data folder keeps from the moment it is made. */
function ofData(flags: Flags): Flags {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => name === "lower-case-table-names"));
}

/** Makes the data folder, with root's password set before any client can connect; whole or not at all. */
async function initialize(command: string, args: readonly string[], home: string, data: string, { signal, progress }: Work): Promise<void> {
  progress("mysql: making its data folder");
  const partial = `${data}.partial`;
  const statements = join(home, "first.sql");
  await rm(partial, { recursive: true, force: true });
  await writeFile(statements, `ALTER USER 'root'@'localhost' IDENTIFIED BY '${passwordOf(home)}';\n`, { mode: 0o600 });
  try {
    await run(
      command, [...args, `--datadir=${partial}`, "--initialize-insecure", `--init-file=${statements}`],
      { signal, cwd: home, started: (pid) => noteMaker(home, pid) },
    );
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw unavailable("mysql", `cannot make its data folder: ${error.message}`, `see that ${home} is writable and has 500 MB free`);
  } finally {
    await Promise.all([rm(statements, { force: true }), endMaker(home)]);
  }
  await rename(partial, data);
}
