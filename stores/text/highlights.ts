import { escapedHtml } from "../../runtime/html.js";
import type { Entity, Row } from "../../schema/entity.js";
import type { Highlight } from "../ports.js";
import { isMeant, type Word } from "./query.js";
import { piecesOf } from "./words.js";

/** Texts up to this length are shown whole; longer ones are cut to the next line's lengths. All are in UTF-16 units. */
const shownWhole = 300;
const [shownBefore, shownFrom] = [60, 200];

/** Marks what matched in each of `fields`, and in no other (invariant 6). */
export function highlightsOf(of: Entity, fields: readonly string[], row: Row, words: readonly Word[], forgiven: boolean): Highlight[] {
  return of.search.filter((name) => fields.includes(name)).flatMap((field) => {
    const value = row[field] ?? null;
    const snippet = value === null ? null : snippetOf(String(value), words, forgiven);
    return snippet === null ? [] : [{ field, snippet }];
  });
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Writes the text as HTML, matches between `<em>` and `</em>`, cut to where the first match is. Null when nothing matched. */
export function snippetOf(text: string, words: readonly Word[], forgiven: boolean): string | null {
  const marked: Stretch[] = [];
  let shown: Stretch | null = text.length <= shownWhole ? { start: 0, end: text.length } : null;
  let starts: number[] = [];
  for (const { term, start, end } of piecesOf(text)) {
    if (shown && start >= shown.end) break;
    if (!shown) starts = [...starts.filter((place) => place >= start - shownBefore), start];
    if (!words.some((word) => isMeant(word, term, forgiven))) continue;
    shown ??= { start: starts[0]!, end: Math.min(text.length, start + shownFrom) };
    marked.push({ start, end });
  }
  return shown && marked.length > 0 ? toHtml(text, whole(text, shown), joined(marked)) : null;
}

/** Moves the borders so that no character is cut in two, and no word when there is a space to cut at. */
function whole(text: string, { start, end }: Stretch): Stretch {
  if (end === text.length) return { start, end };
  const space = text.slice(start, end).search(/\s\S*$/u);
  if (space > (end - start) / 2) return { start, end: start + space };
  return { start, end: /[\ud800-\udbff]/.test(text[end - 1]!) ? end - 1 : end };
}

/** Joins neighbours that touch, because the letters and pairs of a run overlap. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = [];
  for (const { start, end } of stretches.toSorted((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (last && start <= last.end) found[found.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else found.push({ start, end });
  }
  return found;
}

function toHtml(text: string, shown: Stretch, marked: readonly Stretch[]): string {
  let html = shown.start > 0 ? "…" : "", place = shown.start;
  for (const { start, end } of marked) {
    if (start >= shown.end) break;
    html += `${escapedHtml(text.slice(place, start))}<em>${escapedHtml(text.slice(start, Math.min(end, shown.end)))}</em>`;
    place = Math.min(end, shown.end);
  }
  return html + escapedHtml(text.slice(place, shown.end)) + (shown.end < text.length ? "…" : "");
}
