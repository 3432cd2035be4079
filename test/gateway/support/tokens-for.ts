import { SignJWT } from "jose";

export const secret = "0123456789abcdef0123456789abcdef";

/** An Authorization header of a gateway whose `jwtSecret` is `secret`. */
export async function authorizationFor(role: string, claims: Record<string, unknown> = {}): Promise<{ readonly authorization: string }> {
  const token = await new SignJWT({
    role, counterparty_id: "1", ...claims,
  }).setProtectedHeader({ alg: "HS256" }).setSubject(String(claims.sub ?? "ann"))
    .setExpirationTime("1h").sign(Buffer.from(secret));
  return { authorization: `Bearer ${token}` };
}
