/** One page of docs/reference. */
export interface Page {
  readonly file: string;
  readonly title: string;
  /** What the index says of it. */
  readonly about: string;
  /** All that stands below the title. */
  readonly body: string;
}

/** The whole text of a page. It begins with how it is made, so that a reader changes the code instead. */
export function textOf({ title, body }: Pick<Page, "title" | "body">): string {
  return `*Made by \`npm run docs\` from the code. Change the code, not this page.*\n\n# ${title}\n\n${body.trim()}\n`;
}

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`).join("\n");
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** A line's end or a bar would end the cell, and a tag would not be shown. */
function cell(text: string): string {
  const escaped = text.split(/(`[^`]*`)/).map((part, i) => (i % 2 === 1 ? part : part.replaceAll("<", "&lt;")));
  return escaped.join("").replaceAll("\n", " ").replaceAll("|", "\\|");
}
