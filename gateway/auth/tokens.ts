import { createHash } from "node:crypto";
import { errors, type JWTPayload, jwtVerify } from "jose";
import type { Catalog } from "../../schema/catalog.js";
import { refusing, unauthenticated, unavailable } from "../graphql/errors.js";
import { type KeySource, KeysUnavailable } from "./keys.js";
import { type Viewer, viewerOf } from "./viewer.js";

export interface Expectations {
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
}

const maxRemembered = 10_000;
/** A withdrawn key is refused at most this long after the keys were fetched again (`keysKeptMs`), also for tokens seen before. */
const rememberedMs = 60_000;
const clockToleranceSeconds = 5;

/** Turns `Authorization: Bearer …` into a viewer. Verified tokens are remembered, by hash only. */
export class TokenVerifier {
  private readonly remembered = new Map<string, { readonly viewer: Viewer; readonly until: number }>();

  constructor(private readonly keys: KeySource, private readonly expected: Expectations, private readonly catalog: Catalog) {}

  /** @throws UNAUTHENTICATED with the reason, UNAVAILABLE when the keys cannot be fetched. */
  async viewer(authorization: string | undefined): Promise<Viewer> {
    if (!authorization) throw unauthenticated("a token is needed: send `Authorization: Bearer <token>`", false);
    const token = /^Bearer +([^\s]+) *$/i.exec(authorization)?.[1];
    if (!token) throw unauthenticated("the Authorization header is not `Bearer <token>`", true);

    const hash = createHash("sha256").update(token).digest("base64");
    const known = this.remembered.get(hash);
    if (known && known.until > Date.now()) return known.viewer;
    this.remembered.delete(hash);

    const { viewer, expiresAt } = await this.verify(token);
    if (this.remembered.size >= maxRemembered) this.remembered.delete(this.remembered.keys().next().value!);
    this.remembered.set(hash, { viewer, until: Math.min(expiresAt, Date.now() + rememberedMs) });
    return viewer;
  }

  private async verify(token: string): Promise<{ readonly viewer: Viewer; readonly expiresAt: number }> {
    const { issuer, audience } = this.expected;
    try {
      const { payload } = await jwtVerify(token, this.keys.key, {
        algorithms: [...this.keys.algorithms],
        requiredClaims: ["exp", "sub", "role"],
        clockTolerance: clockToleranceSeconds,
        ...(issuer !== undefined && { issuer }),
        ...(audience !== undefined && { audience }),
      });
      checkTimes(payload);
      return { viewer: viewerOf(payload, this.catalog), expiresAt: payload.exp! * 1000 };
    } catch (error) {
      if (error instanceof errors.JOSEError) throw refusalOf(error);
      if (error instanceof KeysUnavailable) throw refusing(unavailable(`${error.message}; try again`, error), 503);
      throw error;
    }
  }
}

/** jose holds `exp` and `nbf` against the clock. A time that no clock can show is none, and a token is not from the future. */
function checkTimes(payload: JWTPayload): void {
  for (const claim of ["exp", "nbf", "iat"] as const) {
    const time: unknown = payload[claim];
    if (time !== undefined && !isTime(time)) throw unauthenticated(`the token's \`${claim}\` is not a time`, true);
  }
  const now = Date.now() / 1000;
  if (payload.iat !== undefined && payload.iat > now + clockToleranceSeconds) throw unauthenticated(
    "the token's `iat` is in the future", true,
  );
}

/** Seconds since the epoch, before the year 10000. */
function isTime(claim: unknown): claim is number {
  return typeof claim === "number" && claim >= 0 && claim < 253_402_300_800;
}

/** Says which check failed, never what value would have passed it. */
function refusalOf(error: errors.JOSEError) {
  if (error instanceof errors.JWTExpired) {
    const at = isTime(error.payload.exp) ? ` at ${new Date(error.payload.exp * 1000).toISOString()}` : "";
    return unauthenticated(`the token expired${at}`, true);
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return unauthenticated(
      error.reason === "missing" ? `the token has no \`${error.claim}\`` : `the token's \`${error.claim}\` is not accepted here`, true,
    );
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey
    || error instanceof errors.JWKSMultipleMatchingKeys) {
    return unauthenticated("the token is not signed by a key that is accepted here", true);
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return unauthenticated("the token is signed in a way that is not accepted here", true);
  }
  return unauthenticated("the token is not a signed JWT", true);
}
