/** Where a machine gets its Debian packages from, as sources.list(5) describes it. */
export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  /** A keyring's path; null when the machine trusts the archive through its common keyrings. */
  readonly signedBy: string | null;
}

/** Reads a `.sources` file (deb822 paragraphs). */
export function parseDeb822(text: string): AptSource[] {
  return text.split(/\n(?:[ \t]*\n)+/).map(fieldsOf).filter((fields) => isBinary(fields) && fields.get("enabled") !== "no").map((fields) =>
    ({
    uris: words(fields.get("uris")),
    suites: words(fields.get("suites")),
    signedBy: pathOrNull(fields.get("signed-by")),
  }));
}

/** Reads a `.list` file: `deb [option=value …] uri suite component …`, a line each. */
export function parseOneLine(text: string): AptSource[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/.exec(line);
    if (!match) return [];
    const [, options = "", uri = "", suite = ""] = match;
    return [{ uris: [uri], suites: [suite], signedBy: pathOrNull(/(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]) }];
  });
}

function fieldsOf(paragraph: string): Map<string, string> {
  const fields = new Map<string, string>();
  let name = "";
  for (const line of paragraph.split("\n")) {
    if (line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    if (/^[ \t]/.test(line)) fields.set(name, `${fields.get(name) ?? ""} ${line.trim()}`);
    else if (colon > 0) fields.set((name = line.slice(0, colon).toLowerCase()), line.slice(colon + 1).trim());
  }
  return fields;
}

const isBinary = (fields: Map<string, string>) => words(fields.get("types")).includes("deb");
const words = (text = "") => text.split(/\s+/).filter(Boolean);
const pathOrNull = (text: string | undefined) => (text?.startsWith("/") ? words(text)[0] ?? null : null);
