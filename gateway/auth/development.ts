import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SignJWT } from "jose";
import { makeFolder } from "../../runtime/files/folder.js";
import type { Policy, RowScope } from "../../schema/policy.js";
import type { GatewayConfig } from "../settings.js";

export interface DevelopmentToken {
  readonly role: string;
  readonly description: string;
  /** Whose rows a role sees that sees its own only: the row of `of` with this key. */
  readonly owns: (RowScope & { readonly key: string }) | null;
  readonly token: string;
}

const lifetime = "30d";

/** One ready token a role, signed with this machine's secret. Empty when other keys sign: then only their owner can. */
export async function developmentTokens(
  config: Pick<GatewayConfig, "development" | "dataDir" | "developmentKey" | "jwtKeys" | "jwtSecret" | "jwtIssuer" | "jwtAudience">,
  { roles }: Policy,
): Promise<readonly DevelopmentToken[]> {
  if (!config.development || config.jwtKeys || config.jwtSecret) return [];
  const secret = await developmentSecret(config.dataDir);
  return Promise.all(Object.entries(roles).map(async ([role, { description, rows }]) => {
    const owns = rows === "all" ? null : { ...rows, key: config.developmentKey };
    const claims = new SignJWT({ role, ...(owns && { [owns.claim]: owns.key }) })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" }).setSubject(`development-${role}`).setIssuedAt().setExpirationTime(lifetime);
    if (config.jwtIssuer) claims.setIssuer(config.jwtIssuer);
    if (config.jwtAudience) claims.setAudience(config.jwtAudience);
    return { role, description, owns, token: await claims.sign(secret) };
  }));
}

/** Kept in the data folder, readable by its owner only, so that tokens outlive a restart. */
export async function developmentSecret(dataDir: string): Promise<Buffer> {
  const file = join(dataDir, "development-secret");
  makeFolder(dataDir);
  // `wx`: of two processes that start at once only one makes the secret, and both read the same.
  await writeFile(file, randomBytes(48).toString("base64url"), { mode: 0o600, flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const secret = await readFile(file);
  if (secret.length < 32) throw new Error(`${file} holds less than 32 bytes; delete it and start again`);
  return secret;
}
