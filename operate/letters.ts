import { join, resolve } from "node:path";
import { PreflightFailed } from "../runtime/findings.js";
import { makeFolder } from "../runtime/files/folder.js";
import { keyText } from "../schema/entity.js";
import type { NamedStore } from "../stores/named.js";
import type { DeadLetter, LetterHead } from "../stores/ports.js";
import type { LetterActions, Settlement } from "../sync/letters/settle-letters.js";
import type { Source } from "../sync/source.js";
import { type OpenedStore, withOpenedStores } from "./stores.js";

export interface ListedLetter extends DeadLetter {
  /** Its name: `cassandra/sales_order/17`. */
  readonly letter: string;
  readonly store: string;
}

/** The oldest dead letters of each store, at most `limit` of each. */
export function listLetters(stores: readonly NamedStore[], limit: number): Promise<readonly ListedLetter[]> {
  return withOpenedStores(stores, async (openedStores) => (await Promise.all(openedStores.map(async (opened) =>
    (await opened.sink.deadLetters.list(limit)).map((letter) => ({
      letter: letterName(opened, letter), store: opened.sink.name, ...letter,
    }))))).flat());
}

/** One letter with the images of its row. @throws PreflightFailed unless the names mean exactly one */
export function showLetter(stores: readonly NamedStore[], names: readonly string[]): Promise<DeadLetter> {
  return withOpenedStores(stores, async (openedStores) => {
    const { opened, letter: { entity, key } } = theOnly("show", await lettersNamed(openedStores, names));
    const [letter] = await opened.sink.deadLetters.of(entity, [key]);
    if (!letter) throw bad("the letter was settled at this moment", "list what is left");
    return letter;
  });
}

/** What an operator can have done with letters; `edit` writes the fields of `row` in place of MySQL's. */
export type LetterAct = { readonly kind: "retry" | "skip" } | { readonly kind: "edit"; readonly row: unknown };

export interface SettlingOptions {
  /** The rows are read from there. */
  readonly mysql: URL | undefined;
  readonly stores: readonly NamedStore[];
  /** Folder of the audit file. */
  readonly dataDir: string;
}

export interface SettledLetter extends Settlement {
  readonly letter: string;
}

/** Letters whose rows are in memory at once. */
const settledAtOnce = 500;

/** Does one thing with every letter that the names mean. Every act stands in the audit file. @throws PreflightFailed */
export function settleLetters(
  { mysql, stores, dataDir }: SettlingOptions, act: LetterAct, names: readonly string[], signal: AbortSignal,
): Promise<readonly SettledLetter[]> {
  return withOpenedStores(stores, async (openedStores) => {
    const found = await lettersNamed(openedStores, names);
    if (act.kind === "edit") theOnly("edit", found);
    await using actions = await letterActions(mysql, dataDir, signal);
    const settled: SettledLetter[] = [];
    for (const opened of openedStores) {
      signal.throwIfAborted();
      const letters = found.filter((each) => each.opened === opened).map(({ letter }) => letter);
      for (let from = 0; from < letters.length; from += settledAtOnce) {
        const some = letters.slice(from, from + settledAtOnce);
        const settlements = await settle(act, actions.actionsOf(opened), some);
        settled.push(...settlements.map((settlement, i) => ({ letter: letterName(opened, some[i]!), ...settlement })));
      }
    }
    return settled;
  });
}

async function settle(act: LetterAct, actions: LetterActions, letters: readonly LetterHead[]): Promise<readonly Settlement[]> {
  const { editLetter, retryLetters, skipLetter } = await import("../sync/letters/settle-letters.js");
  if (act.kind === "retry") return retryLetters(actions, letters);
  const settlements: Settlement[] = [];
  for (const letter of letters) {
    settlements.push(act.kind === "edit" ? await editLetter(actions, letter, act.row) : await skipLetter(actions, letter));
  }
  return settlements;
}

/** A letter that was named, without the images of its row. */
interface Named {
  readonly opened: OpenedStore;
  readonly letter: LetterHead;
}

/**
 * The letters named, or all below a part of a name such as `cassandra/sales_order`, oldest first.
 * @throws PreflightFailed when a name means none
 */
async function lettersNamed(openedStores: readonly OpenedStore[], names: readonly string[]): Promise<readonly Named[]> {
  const isOf = (name: string) => (found: Named) => `${letterName(found.opened, found.letter)}/`.startsWith(`${name.replace(/\/$/, "")}/`);
  const all: Named[] = [];
  for (const opened of openedStores) {
    for await (const letters of opened.sink.deadLetters.all()) {
      all.push(...letters.map((letter) => ({ opened, letter })).filter((found) => names.some((name) => isOf(name)(found))));
    }
  }
  // A store or a table without letters is no mistake.
  const whole = openedStores.flatMap(({ sink: { name }, catalog }) => [name, ...catalog.entities.map(({ table }) => `${name}/${table}`)]);
  const problems = names.filter((name) => !whole.includes(name.replace(/\/$/, "")) && !all.some(isOf(name)))
    .map((name) => `${name} names no letter`);
  if (names.length === 0) problems.push("no letter is named");
  const [some] = openedStores;
  if (problems.length > 0) throw new PreflightFailed(problems.map((problem) => ({
    where: "dead-letters", problem,
    remedy: `use names as \`sluice dead-letters list\` prints them, or a part of one: ${some?.sink.name ?? "cassandra"}/sales_order`,
  })));
  return all.sort((a, b) => a.letter.parkedAt - b.letter.parkedAt);
}

function theOnly(act: "show" | "edit", found: readonly Named[]): Named {
  if (found.length === 1) return found[0]!;
  throw bad(`${act} takes one letter, and ${found.length} are named`, "name it whole: store/table/key");
}

/** Everything an act on a letter needs. The audit file is in the data folder. */
async function letterActions(
  mysql: URL | undefined, dataDir: string, signal: AbortSignal,
): Promise<AsyncDisposable & { actionsOf(opened: OpenedStore): LetterActions }> {
  if (!mysql) throw new PreflightFailed([
    { where: "SLUICE_MYSQL_URL", problem: "is not set", remedy: "give --mysql: the row is read from there" },
  ]);
  const { openMysqlSource } = await import("../sync/mysql/source.js");
  const sources = new Map<OpenedStore, Source>();
  makeFolder(dataDir);
  const auditFile = resolve(join(dataDir, "audit.jsonl"));
  return {
    actionsOf(opened) {
      const source = sources.get(opened) ?? openMysqlSource(mysql, opened.catalog, "dead-letters", signal);
      sources.set(opened, source);
      return { ...opened, source, auditFile, signal };
    },
    [Symbol.asyncDispose]: async () => void (await Promise.all([...sources.values()].map((source) => source[Symbol.asyncDispose]()))),
  };
}

function letterName({ sink }: OpenedStore, { entity, key }: LetterHead): string {
  return `${sink.name}/${entity}/${keyText(key)}`;
}

function bad(problem: string, remedy: string): PreflightFailed {
  return new PreflightFailed([{ where: "dead-letters", problem, remedy }]);
}
