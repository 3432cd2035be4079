import { z } from "zod";
import type { LetterAct } from "../../../operate/letters.js";
import { PreflightFailed } from "../../../runtime/findings.js";
import { wholeNumber } from "../../../runtime/values.js";
import { syncSettings } from "../../../sync/settings.js";
import { command } from "../../command.js";
import { table } from "../../output.js";
import { dataDir } from "../../settings.js";

const verbs = ["list", "show", "retry", "edit", "skip"] as const;
type Verb = (typeof verbs)[number];

export const deadLetters = command({
  name: "dead-letters",
  description: "Rows a store could not take: list them, show one whole, retry (as MySQL has it now), edit (another row in its place), "
    + "skip.",
  settings: {
    mysql: { ...syncSettings.mysql, schema: syncSettings.mysql.schema.optional() },
    stores: syncSettings.stores,
    dataDir,
    row: {
      env: "SLUICE_ROW", placeholder: "json",
      description: 'for edit: the fields to write instead, as {"design_name": "Tote"}; others stay as in MySQL',
      schema: z.string().optional(),
    },
    limit: {
      env: "SLUICE_LIMIT", placeholder: "letters", description: "for list: show the oldest, of each store (default: 100)",
      schema: wholeNumber(1, 10_000).default(100),
    },
  },
  words: {
    name: "what", description: `${verbs.join(" | ")}, then the letters: store/table/key; store/table or store means all of it`, many: true,
  },
  exitCodes: {
    0: "The letters are shown, or every letter that was named is settled.",
    1: "A letter that was named stays.",
  },
  async run(config, { words: [verb = "list", ...names], out, signal }) {
    if (!isVerb(verb)) throw bad("dead-letters", `"${verb}" is not something to do`, `say one of ${verbs.join(", ")}`);
    const { listLetters, settleLetters, showLetter } = await import("../../../operate/letters.js");
    if (verb === "list") {
      const letters = await listLetters(config.stores, config.limit);
      const rows = letters.map(({ letter, parkedAt, change, reason }) => [
        letter, new Date(parkedAt).toISOString(), change?.op ?? "unheld", shortened(reason),
      ]);
      out.result(letters, letters.length === 0 ? "no dead letters" : table(["letter", "parked", "change", "reason"], rows));
      return 0;
    }
    if (verb === "show") {
      const letter = await showLetter(config.stores, names);
      out.result(letter, JSON.stringify({ ...letter, parkedAt: new Date(letter.parkedAt).toISOString() }, null, 2));
      return 0;
    }
    const act: LetterAct = verb === "edit" ? { kind: verb, row: jsonOf(config.row) } : { kind: verb };
    const settled = await settleLetters(config, act, names, signal);
    const rows = settled.map((each) => [each.letter, each.settled ? "yes" : "no", each.outcome]);
    out.result(settled, rows.length === 0 ? "no dead letters" : table(["letter", "settled", "outcome"], rows));
    return settled.every((each) => each.settled) ? 0 : 1;
  },
});

function jsonOf(text: string | undefined): unknown {
  if (text === undefined) throw bad("--row", "is not set", "give the row to write as JSON");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw bad("--row", `is not JSON: ${(error as Error).message}`, 'write it as {"design_name": "Tote"}, in quotes for the shell');
  }
}

function isVerb(word: string): word is Verb {
  return (verbs as readonly string[]).includes(word);
}

function bad(where: string, problem: string, remedy: string): PreflightFailed {
  return new PreflightFailed([{ where, problem, remedy }]);
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
