import { z } from "zod";
import { PreflightFailed } from "../../../runtime/findings.js";
import { wholeNumber } from "../../../runtime/values.js";
import type { LetterHead } from "../../../stores/ports.js";
import type { LetterActions, Settlement } from "../../../sync/letters/settle-letters.js";
import { syncSettings } from "../../../sync/settings.js";
import { command } from "../../command.js";
import { letterActions, letterName, lettersNamed, type Named, type OpenedStore, withOpenedStores } from "../../letters.js";
import { type Output, table } from "../../output.js";
import { dataDir } from "../../settings.js";

const verbs = ["list", "show", "retry", "edit", "skip"] as const;
type Verb = (typeof verbs)[number];
/** Letters whose rows are in memory at once. */
const settledAtOnce = 500;

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
  async run({ mysql, stores, dataDir: folder, row, limit }, { words: [verb = "list", ...names], out, signal }) {
    if (!isVerb(verb)) throw bad("dead-letters", `"${verb}" is not something to do`, `say one of ${verbs.join(", ")}`);
    return withOpenedStores(stores, async (openedStores) => {
      if (verb === "list") return list(openedStores, limit, out);
      const found = await lettersNamed(openedStores, names);
      if (verb !== "retry" && verb !== "skip" && found.length > 1) throw bad(
        "dead-letters", `${verb} takes one letter, and ${found.length} are named`, "name it whole: store/table/key",
      );
      if (verb === "show") return show(found[0]!, out);
      await using desks = await letterActions(mysql, folder, signal);
      const settled: (Settlement & { readonly letter: string })[] = [];
      for (const opened of openedStores) {
        signal.throwIfAborted();
        const letters = found.filter((each) => each.opened === opened).map(({ letter }) => letter);
        for (let from = 0; from < letters.length; from += settledAtOnce) {
          const some = letters.slice(from, from + settledAtOnce);
          const settlements = await settle(verb, desks.actionsOf(opened), some, row);
          settled.push(...settlements.map((settlement, i) => ({ letter: letterName(opened, some[i]!), ...settlement })));
        }
      }
      out.result(
        settled, table(["letter", "settled", "outcome"], settled.map((each) => [each.letter, each.settled ? "yes" : "no", each.outcome])),
      );
      return settled.every((each) => each.settled) ? 0 : 1;
    });
  },
});

async function settle(
  verb: Exclude<Verb, "list" | "show">, actions: LetterActions, letters: readonly LetterHead[], row: string | undefined,
): Promise<readonly Settlement[]> {
  const { editLetter, retryLetters, skipLetter } = await import("../../../sync/letters/settle-letters.js");
  if (verb === "retry") return retryLetters(actions, letters);
  const settlements: Settlement[] = [];
  for (const letter of letters) settlements.push(
    verb === "edit" ? await editLetter(actions, letter, jsonOf(row)) : await skipLetter(actions, letter),
  );
  return settlements;
}

async function list(openedStores: readonly OpenedStore[], limit: number, out: Output): Promise<number> {
  const letters = (await Promise.all(openedStores.map(async (opened) =>
    (await opened.sink.deadLetters.list(limit)).map((letter) => ({
      letter: letterName(opened, letter), store: opened.sink.name, ...letter,
    }))))).flat();
  const rows = letters.map((
    { letter, parkedAt, change, reason },
  ) => [letter, new Date(parkedAt).toISOString(), change?.op ?? "unheld", shortened(reason)]);
  out.result(letters, letters.length === 0 ? "no dead letters" : table(["letter", "parked", "change", "reason"], rows));
  return 0;
}

async function show({ opened, letter: { entity, key } }: Named, out: Output): Promise<number> {
  const [letter] = await opened.sink.deadLetters.of(entity, [key]);
  if (!letter) throw bad("dead-letters", "the letter was settled at this moment", "list what is left");
  out.result(letter, JSON.stringify({ ...letter, parkedAt: new Date(letter.parkedAt).toISOString() }, null, 2));
  return 0;
}

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
