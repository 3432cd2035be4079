import { z } from "zod";

/** Schemas of the texts users write for settings. */

export const wholeNumber = (least: number, most: number) =>
  z.string().regex(/^\d+$/, "a whole number is wanted").transform(Number)
    .refine((n) => n >= least && n <= most, `it must be from ${least} to ${most}`);

export const port = wholeNumber(0, 65535);

export const flag = z.enum(["true", "false"], "true or false is wanted").transform((text) => text === "true");

/** Reads `30s`, `15m`, `1h` or `7d` as milliseconds. */
export const duration = (least: string, most: string) =>
  z.string().regex(/^\d{1,9}[smhd]$/, "a time is wanted as 30s, 15m, 1h or 7d").transform(millisecondsOf)
    .refine((ms) => ms >= millisecondsOf(least) && ms <= millisecondsOf(most), `it must be from ${least} to ${most}`);

function millisecondsOf(text: string): number {
  return Number(text.slice(0, -1)) * { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.at(-1) as "s" | "m" | "h" | "d"];
}

/** A URL with one of these schemes. */
export const url = (...schemes: readonly string[]) =>
  z.string().transform((text, context) => {
    const parsed = URL.canParse(text) ? new URL(text) : null;
    if (parsed && schemes.includes(parsed.protocol.slice(0, -1)) && isDecodable(parsed)) return parsed;
    const wanted = `a URL is wanted that begins with ${schemes.map((s) => `${s}:`).join(" or ")}`;
    const escapes = "; in a user name or password write / as %2F, ? as %3F, # as %23, @ as %40, a comma as %2C and % as %25";
    context.addIssue({ code: "custom", message: text.includes("@") ? wanted + escapes : wanted });
    return z.NEVER;
  });

function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

/** Reads comma-separated items, each by `item`; at least one. */
export const listOf = <T>(item: z.ZodType<T, string>) =>
  z.string().transform((text) => text.split(",").map((part) => part.trim()).filter(Boolean))
    .pipe(z.array(item).min(1, "at least one is wanted"));

/** Writes `user:***@host`: a URL that may be shown and logged. */
export function withoutSecrets(of: URL): string {
  const shown = new URL(of);
  if (shown.password) shown.password = "***";
  for (const name of shown.searchParams.keys()) if (/key|secret|token|password/i.test(name)) shown.searchParams.set(name, "***");
  return shown.href;
}
