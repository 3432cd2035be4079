import { existsSync, realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { unavailable, type Work } from "../engine.js";
import { run } from "../host/command.js";

export interface JavaWanted {
  /** The program that needs it, for the message. */
  readonly for: string;
  readonly accepts: (major: number) => boolean;
  /** What a person should install. */
  readonly install: string;
}

/** Finds the home of a JDK that `wanted` accepts: JAVA_HOME, then those in /usr/lib/jvm, then the one on PATH. */
export async function findJava(wanted: JavaWanted, work: Work): Promise<string> {
  const seen: string[] = [];
  for (const home of await javaHomes()) {
    const major = await majorVersion(home, work);
    if (major === null) continue;
    if (wanted.accepts(major)) return home;
    seen.push(`Java ${major} in ${home}`);
  }
  throw unavailable("java", `${wanted.for} cannot run on what is here: ${seen.join(", ") || "no JDK was found"}`,
    `install ${wanted.install}, or set JAVA_HOME to one`);
}

async function javaHomes(): Promise<string[]> {
  const installed = "/usr/lib/jvm";
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "javac")).find((file) => existsSync(file));
  const homes = [
    process.env.JAVA_HOME ?? "",
    ...(await readdir(installed).catch(() => [])).sort().map((name) => join(installed, name)),
    onPath === undefined ? "" : dirname(dirname(realpathSync(onPath))),
  ];
  const real = homes.filter((home) => home !== "" && existsSync(join(home, "bin", "javac"))).map((home) => realpathSync(home));
  return [...new Set(real)];
}

/** `17.0.15` is 17; `1.8.0` is 8. */
async function majorVersion(home: string, { signal }: Work): Promise<number | null> {
  const output = await run(join(home, "bin", "java"), ["-version"], { signal, patienceMs: 20_000 }).catch(() => "");
  signal.throwIfAborted();
  const version = / version "(?:1\.)?(\d+)/.exec(output)?.[1];
  return version === undefined ? null : Number(version);
}
