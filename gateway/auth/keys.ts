import { createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { PreflightFailed } from "../../runtime/findings.js";
import { withoutSecrets } from "../../runtime/values.js";
import type { GatewayConfig } from "../settings.js";
import { developmentSecret } from "./development.js";

/** What verifies a signature, and with which algorithms only: a token never chooses how it is checked. */
export interface KeySource {
  readonly key: JWTVerifyGetKey;
  readonly algorithms: readonly string[];
}

/** The server of the keys does not answer, so nothing is known about the token. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

const asymmetric = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];

/** @throws PreflightFailed when a key file cannot be used. */
export async function keySource(config: Pick<GatewayConfig, "jwtKeys" | "jwtSecret" | "dataDir">): Promise<KeySource> {
  const { jwtKeys, jwtSecret, dataDir } = config;
  if (!jwtKeys) {
    const secret = jwtSecret ? Buffer.from(jwtSecret) : await developmentSecret(dataDir);
    return { key: async () => secret, algorithms: ["HS256"] };
  }
  if (jwtKeys.protocol !== "file:") {
    return { key: remoteKeys(jwtKeys), algorithms: asymmetric };
  }
  try {
    const text = readFileSync(jwtKeys, "utf8");
    if (text.trimStart().startsWith("{")) return { key: createLocalJWKSet(JSON.parse(text) as JSONWebKeySet), algorithms: asymmetric };
    const key = createPublicKey(text);
    return { key: async () => key, algorithms: algorithmsOf(key) };
  } catch (error) {
    throw new PreflightFailed([{
      where: "SLUICE_JWT_KEYS", problem: `${withoutSecrets(jwtKeys)} cannot be used: ${(error as Error).message}`,
      remedy: "give a JWKS (JSON with `keys`) or a PEM public key of RSA, EC P-256/P-384/P-521 or Ed25519",
    }]);
  }
}

/** So long the gateway goes on with the keys it has when their server does not answer. */
const keysKeptMs = 300_000;

function remoteKeys(url: URL): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(url, { timeoutDuration: 5_000, cooldownDuration: 10_000, cacheMaxAge: keysKeptMs });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
        || error instanceof errors.JOSENotSupported) throw error;
      throw new KeysUnavailable("the keys that verify tokens cannot be fetched", { cause: error });
    }
  };
}

function algorithmsOf(key: KeyObject): readonly string[] {
  const curves: Readonly<Record<string, string>> = { prime256v1: "ES256", secp384r1: "ES384", secp521r1: "ES512" };
  const type = key.asymmetricKeyType;
  if (type === "rsa") return asymmetric.filter((name) => /^[RP]S/.test(name));
  if (type === "ed25519") return ["EdDSA", "Ed25519"];
  const algorithm = curves[key.asymmetricKeyDetails?.namedCurve ?? ""];
  if (type === "ec" && algorithm) return [algorithm];
  throw new Error(`a ${type} key cannot verify tokens`);
}
