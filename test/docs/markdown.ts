import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../runtime/files/project.js";

/** A fenced block: its language, the word after that (the role that asks, or `background`), its text, and the line it begins in. */
export interface Block {
  readonly language: string;
  readonly how: string | undefined;
  readonly text: string;
  readonly line: number;
}

/** All that is written for people to read, as paths from the root. */
export const documents: readonly string[] = [
  ...readdirSync(projectRoot).filter((file) => file.endsWith(".md")),
  ...readdirSync(join(projectRoot, "docs"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
].sort();

export function textOf(document: string): string {
  return readFileSync(join(projectRoot, document), "utf8");
}

export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\S*)(?: (\S+))?\n([^]*?)^```$/gm)].map(([, language, how, text], i, all) => ({
    language: language!, how, text: text!, line: markdown.slice(0, all[i]!.index).split("\n").length,
  }));
}

/** Text in backticks outside fenced blocks, without the backslashes that tables need before `|`. */
export function inlineCodeOf(markdown: string): readonly string[] {
  return [...markdown.replace(/^```[^]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!.replaceAll("\\|", "|"));
}

/** Whether these lines stand in a text as a document shows them: `…` stands for anything in a line, and alone for any lines. */
export function showsLines(shown: string, actual: string): boolean {
  return new RegExp(`^${expressionOf(shown.trimEnd())}`, "m").test(actual);
}

/** Whether data holds what a document shows of it: other members may be there, and `"…"` stands for any value, or any part of a text. */
export function matchesData(shown: unknown, actual: unknown): boolean {
  if (shown === "…") return actual !== undefined && actual !== null;
  if (typeof shown === "string") return typeof actual === "string" && new RegExp(`^${expressionOf(shown)}$`).test(actual);
  if (Array.isArray(shown)) {
    return Array.isArray(actual) && shown.length === actual.length && shown.every((each, i) => matchesData(each, actual[i]));
  }
  if (shown === null || typeof shown !== "object") return shown === actual;
  if (actual === null || typeof actual !== "object") return false;
  return Object.entries(shown).every(([name, value]) => matchesData(value, (actual as Readonly<Record<string, unknown>>)[name]));
}

function expressionOf(shown: string): string {
  return shown.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/^…$/gm, "[^]*?").replaceAll("…", ".*").replaceAll(/ +/g, " +");
}
