import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SignJWT } from "jose";
import { makeFolder } from "../../runtime/folder.js";
import { type RoleName, roleNames, roles } from "../../schema/policy.js";
import type { GatewayConfig } from "../settings.js";

export interface DevelopmentToken {
  readonly role: RoleName;
  readonly description: string;
  /** Only for roles that see their own rows. */
  readonly counterpartyId: string | null;
  readonly token: string;
}

const lifetime = "30d";

/** One ready token a role, signed with this machine's secret. Empty when other keys sign: then only their owner can. */
export async function developmentTokens(
  config: Pick<GatewayConfig, "development" | "dataDir" | "developmentCounterparty" | "jwtKeys" | "jwtSecret" | "jwtIssuer"
    | "jwtAudience">,
): Promise<readonly DevelopmentToken[]> {
  if (!config.development || config.jwtKeys || config.jwtSecret) return [];
  const secret = await developmentSecret(config.dataDir);
  return Promise.all(roleNames.map(async (role) => {
    const counterpartyId = roles[role].rows === "own" ? config.developmentCounterparty : null;
    const claims = new SignJWT({ role, ...(counterpartyId && { counterparty_id: counterpartyId }) })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" }).setSubject(`development-${role}`).setIssuedAt().setExpirationTime(lifetime);
    if (config.jwtIssuer) claims.setIssuer(config.jwtIssuer);
    if (config.jwtAudience) claims.setAudience(config.jwtAudience);
    return { role, description: roles[role].description, counterpartyId, token: await claims.sign(secret) };
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
