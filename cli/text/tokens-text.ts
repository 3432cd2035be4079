import { join, resolve } from "node:path";
import type { DevelopmentToken } from "../../gateway/auth/development.js";
import { writePrivately } from "../../runtime/private-file.js";

/** How the development tokens are told: as lines, and as data for --json. */
export interface TokensText {
  readonly lines: readonly string[];
  readonly data: Readonly<Record<string, string>>;
}

/**
 * A terminal is shown the tokens. Everywhere else, where what we write may be kept in a log, it is the file that is named: an
 * administrator's token is good for weeks.
 */
export async function tokensText(tokens: readonly DevelopmentToken[], dataDir: string, terminal: boolean): Promise<TokensText> {
  if (tokens.length === 0) return { lines: [], data: {} };
  const file = resolve(join(dataDir, "development-tokens.json"));
  await writePrivately(file, `${JSON.stringify(Object.fromEntries(tokens.map(({ role, token }) => [role, token])), null, 2)}\n`);
  const data = { tokensFile: file };
  if (!terminal) return { lines: [`development tokens: ${file}`], data };
  const name = ({ role, counterpartyId }: DevelopmentToken) => `${role}${counterpartyId ? ` of counterparty ${counterpartyId}` : ""}`;
  return {
    lines: ["development tokens (Authorization: Bearer ...):", ...tokens.map((each) => `  ${name(each).padEnd(32)} ${each.token}`)], data,
  };
}
