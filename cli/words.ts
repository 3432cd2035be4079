import type { Finding } from "../runtime/findings.js";
import type { Command } from "./command.js";

/** The words of a command line after the command's name, and a finding for each option or word the command does not know. */
export function wordsOf(
  { name, words }: Command, given: readonly string[], options: readonly string[],
): { readonly words: readonly string[]; readonly findings: readonly Finding[] } {
  const unknown = given.filter((each) => each.startsWith("-"));
  const most = words === undefined ? 0 : words.many ? Infinity : 1;
  // The value of an unknown option cannot be distinguished from a word, so words are judged only where every option is known.
  const excess = unknown.length > 0 ? [] : given.slice(most);
  const wrong = unknown.length > 0 || !words?.choices ? [] : given.slice(0, most).filter((each) => !words.choices!.includes(each));
  const remedy = (word: string) => `see sluice ${name} --help${nearest(word, options)}`;
  return {
    words: given,
    findings: [
      ...unknown.map((word) => ({
        where: name, problem: `unknown option '${word.replace(/=.*/s, "")}'`, remedy: remedy(word.replace(/=.*/s, "")),
      })),
      ...wrong.map((word) => ({
        where: name, problem: `there is no ${words!.name} '${word}'`, remedy: `name one of ${words!.choices!.join(", ")}`,
      })),
      ...excess.map((word) => ({ where: name, problem: `it takes no word '${word}' here`, remedy: remedy("") })),
    ],
  };
}

/** `; did you mean --rows?`: an option of which the word is a slip of at most two letters. */
function nearest(word: string, options: readonly string[]): string {
  const [best] = options.map((option) => ({ option, slips: slips(word, option) })).sort((a, b) => a.slips - b.slips);
  return best && best.slips <= 2 ? `; did you mean ${best.option}?` : "";
}

/** Levenshtein's distance. */
function slips(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) next.push(Math.min(row[j]! + Number(letter !== other), row[j + 1]! + 1, next[j]! + 1));
    row = next;
  }
  return row[b.length]!;
}
