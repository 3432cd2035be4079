import { join, relative, resolve } from "node:path";
import type { DevelopmentToken } from "../../gateway/auth/development.js";
import { writePrivately } from "../../runtime/files/private-file.js";

/** What is said of the development tokens: lines, and data for --json. */
export interface TokensText {
  readonly lines: readonly string[];
  readonly data: Readonly<Record<string, string>>;
}

/**
 * Keeps the tokens in a file for its owner and says where they are. No token is shown: each is 200 characters long, and an
 * administrator's token in a log or on a shared screen is good for weeks.
 */
export async function tokensText(tokens: readonly DevelopmentToken[], dataDir: string): Promise<TokensText> {
  const [first] = tokens;
  if (!first) return { lines: [], data: {} };
  const file = resolve(join(dataDir, "development-tokens.json"));
  await writePrivately(file, `${JSON.stringify(Object.fromEntries(tokens.map(({ role, token }) => [role, token])), null, 2)}\n`);
  const elsewhere = relative(".sluice", dataDir) === "" ? "" : ` --data-dir ${dataDir}`;
  const roles = tokens.map(({ role }) => role).join(", ");
  return {
    lines: [`development tokens: ${file}`, `print one: npm run -s sluice -- token --role ${first.role}${elsewhere} (roles: ${roles})`],
    data: { tokensFile: file },
  };
}
