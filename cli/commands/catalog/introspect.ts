import { z } from "zod";
import { formatFinding, PreflightFailed } from "../../../runtime/findings.js";
import { url } from "../../../runtime/values.js";
import type { Introspected } from "../../../operate/introspect/introspect.js";
import { syncSettings } from "../../../sync/settings.js";
import { command } from "../../command.js";
import { counted } from "../../output.js";

export const introspect = command({
  name: "introspect",
  description: "Write a catalog from a live MySQL: `sluice introspect mysql://… --out catalogs/mine`. "
    + "Only an administrator may read anything until you say so. Run again, it adds what is new and keeps every edit.",
  settings: {
    mysql: { ...syncSettings.mysql, schema: url("mysql").optional() },
    out: { env: "SLUICE_OUT", placeholder: "folder", description: "the folder of the catalog", schema: z.string().min(1) },
  },
  words: { name: "url", description: "the MySQL to look at, if --mysql does not name it" },
  exitCodes: {
    0: "The catalog is written, and it fits the database.",
    1: "The catalog is written, and some of its files do not fit the database any more.",
    2: "The server does not answer, or a file of the catalog cannot be read.",
  },
  async run({ mysql, out: folder }, { words: [word], out }) {
    const server = word === undefined ? mysql : urlIn(word);
    if (!server) throw new PreflightFailed([{
      where: "introspect", problem: "no MySQL is named",
      remedy: "write its URL: sluice introspect mysql://user:password@host:3306/database",
    }]);
    const { introspect: look } = await import("../../../operate/introspect/introspect.js");
    const found = await look({ mysql: server, out: folder });
    out.result(found, textOf(found));
    return found.problems.length > 0 ? 1 : 0;
  },
});

function urlIn(word: string): URL {
  const read = url("mysql").safeParse(word);
  if (read.success) return read.data;
  throw new PreflightFailed([{
    where: "introspect", problem: `the word is no URL of a MySQL: ${read.error.issues.map(({ message }) => message).join("; ")}`,
    remedy: "write mysql://user:password@host:3306/database",
  }]);
}

function textOf({ folder, made, widened, unchanged, guesses, refused, problems }: Introspected): string {
  const guessed = (what: string) => guesses.filter(({ guess }) => guess === what).map(({ table, column }) => `${table}.${column}`);
  const part = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)]);
  return [
    `${folder}: ${counted(made.length, "file")} made, ${counted(widened.length, "file")} got new columns, ${unchanged} as they were`,
    ...part("taken for personal, by their names:", guessed("personal")),
    ...part("never leave MySQL (keep: false), by their names or types:", guessed("never leaves MySQL")),
    ...part("taken for truth values:", guessed("a truth value")),
    ...part("taken for UUIDs:", guessed("a UUID")),
    ...part("not followed:", refused.map(({ where, problem, remedy }) => `${where}: ${problem}. Remedy: ${remedy}`)),
    ...part("no longer fits the database:", problems.map(formatFinding)),
    "",
    "Look at these guesses; give each entity an owner rule and its fields their classes; add the roles that may read them to catalog.yaml.",
    `Then: sluice catalog check --catalog ${folder} --mysql <url>`,
  ].join("\n");
}
