import type { Catalog } from "../../schema/catalog.js";
import type { Field, Value } from "../../schema/fields.js";
import { checkOf, kindOf } from "../../schema/kinds/kinds.js";
import type { Policy, RowScope } from "../../schema/policy.js";
import { unauthenticated } from "../graphql/errors.js";
import { shownAs } from "../graphql/kinds.js";

/** The person or program that asks, and what it may read. It is made once per token, before an operation begins. */
export interface Viewer {
  /** The token's `sub`. */
  readonly id: string;
  readonly role: string;
  /** The keys in the token's claims, by claim: every claim that some role's rows depend on. Null where the token has none. */
  readonly claims: Readonly<Record<string, Value>>;
  /** A class that is not in it is denied (invariant 6). */
  readonly reads: ReadonlySet<string>;
  readonly rows: "all" | OwnRows;
}

/** Only rows that belong to the row of `of` with this key. */
export interface OwnRows {
  readonly of: string;
  readonly key: Value;
}

/** Every row scope of the catalog's roles, once for each claim. */
export function scopesOf({ roles }: Policy): readonly RowScope[] {
  const scopes = Object.values(roles).flatMap(({ rows }) => (rows === "all" ? [] : [rows]));
  return scopes.filter(({ claim }, i) => scopes.findIndex((each) => each.claim === claim) === i);
}

/** Reads `sub`, `role` and the claims that hold keys. @throws UNAUTHENTICATED that names the claim. */
export function viewerOf(claims: Readonly<Record<string, unknown>>, catalog: Catalog): Viewer {
  const { sub, role: name } = claims;
  const names = Object.keys(catalog.roles);
  if (typeof sub !== "string" || sub === "") throw unauthenticated("the token has no `sub`", true);
  if (typeof name !== "string" || !names.includes(name)) throw unauthenticated(
    `the token's \`role\` is not one of ${names.join(", ")}`, true,
  );
  const { reads, rows } = catalog.roles[name]!;
  const keys = Object.fromEntries(scopesOf(catalog).map((scope) => [scope.claim, keyIn(claims[scope.claim], scope, catalog)]));
  const own = (scope: RowScope): OwnRows => {
    const key = keys[scope.claim] ?? null;
    if (key === null) throw unauthenticated(`the token has no \`${scope.claim}\`, which a ${name} needs`, true);
    return { of: scope.of, key };
  };
  return { id: sub, role: name, claims: keys, reads: new Set(reads), rows: rows === "all" ? "all" : own(rows) };
}

function keyIn(given: unknown, { claim, of }: RowScope, catalog: Catalog): Value {
  if (given === undefined) return null;
  const entity = catalog.entity(of), field = entity.fields[entity.key[0]!]!;
  const key = valueOf(field, given);
  if (key === null) throw unauthenticated(`the token's \`${claim}\` is not ${wantedOf(field)}`, true);
  // The server counts such keys from 1.
  if (field.serial && BigInt(String(key)) < 1n) throw unauthenticated(`the token's \`${claim}\` is one that no ${of} can have`, true);
  return key;
}

/** The key part that a claim holds, as rows have it; null when no row can have it. */
function valueOf({ type }: Field, given: unknown): Value {
  if (typeof given !== "string" && !Number.isSafeInteger(given)) return null;
  const read = shownAs(type).read(given as string | number);
  return read !== null && checkOf(type)(read) ? read : null;
}

function wantedOf({ type }: Field): string {
  return type.kind === "int64" ? "a whole number" : kindOf(type).value;
}
