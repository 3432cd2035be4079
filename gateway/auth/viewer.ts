import type { FieldClass } from "../../schema/fields.js";
import { type Role, type RoleName, roleNames, roles } from "../../schema/policy.js";
import { unauthenticated } from "../graphql/errors.js";
import { wholeNumber } from "../graphql/scalars.js";

/** The person or program that asks, and what it may read. It is made once per token, before an operation begins. */
export interface Viewer {
  /** The token's `sub`. */
  readonly id: string;
  readonly role: RoleName;
  /** The viewer's own counterparty; null for roles that see all rows and have none. */
  readonly counterpartyId: string | null;
  /** A class that is not in it is denied (invariant 6). */
  readonly reads: ReadonlySet<FieldClass>;
  readonly rows: Role["rows"];
}

/** Reads the claims `sub`, `role` and `counterparty_id`. @throws UNAUTHENTICATED that names the claim. */
export function viewerOf(claims: Readonly<Record<string, unknown>>): Viewer {
  const { sub, role, counterparty_id: counterparty } = claims;
  if (typeof sub !== "string" || sub === "") throw unauthenticated("the token has no `sub`", true);
  if (!isRole(role)) throw unauthenticated(`the token's \`role\` is not one of ${roleNames.join(", ")}`, true);

  const { reads, rows }: Role = roles[role];
  const counterpartyId = typeof counterparty === "string" ? wholeNumber(counterparty)
    : Number.isSafeInteger(counterparty) ? String(counterparty) : null;
  if (counterparty !== undefined && counterpartyId === null) throw unauthenticated(
    "the token's `counterparty_id` is not a whole number", true,
  );
  // MySQL counts them from 1.
  if (counterpartyId !== null && BigInt(counterpartyId) < 1n) {
    throw unauthenticated("the token's `counterparty_id` is one that no counterparty can have", true);
  }
  if (rows === "own" && counterpartyId === null) throw unauthenticated(`the token has no \`counterparty_id\`, which a ${role} needs`, true);
  return { id: sub, role, counterpartyId, reads: new Set(reads), rows };
}

function isRole(role: unknown): role is RoleName {
  return typeof role === "string" && (roleNames as readonly string[]).includes(role);
}
