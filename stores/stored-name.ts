import { createHash } from "node:crypto";

/**
 * The name that a store has for something of MySQL's: its own where it is plain there, else readable letters of it with a mark made from
 * the whole. Two names never become one, because a name that looks as if it had a mark gets one.
 * `whole`: what it names, if the name alone does not say that unmistakably.
 */
export function storedName(name: string, isPlain: (name: string) => boolean, whole: readonly string[] = [name]): string {
  return isPlain(name) && !/_[0-9a-f]{12}$/.test(name) ? name : `${lettersOf(name)}_${markOf(whole)}`;
}

/** At most 32 characters, so that a marked name has 45: Cassandra takes 48. No store reserves what begins with `x_`. */
function lettersOf(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "").toLowerCase();
  return `${/^(?![a-z])|^(sqlite|sluice)/.test(plain) ? "x_" : ""}${plain}`.slice(0, 32).replace(/_+$/, "");
}

function markOf(whole: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(whole)).digest("hex").slice(0, 12);
}
