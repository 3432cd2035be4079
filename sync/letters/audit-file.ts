import { randomUUID } from "node:crypto";
import { open } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import type { Key, Row } from "../../schema/entity.js";
import type { Version } from "../../schema/position.js";

/** What a person did to a dead letter, or had repaired in a store. */
export interface Act {
  readonly act: "retry" | "edit" | "skip" | "repair";
  readonly store: string;
  readonly entity: string;
  readonly key: Key;
  /** The letter's; of a repair, the one it is written with. */
  readonly version: Version;
  readonly reason: string;
  /** The row the store holds, and the one it is to hold; null for none. */
  readonly before: Row | null;
  readonly after: Row | null;
}

/**
 * Runs `work` between two lines of JSON in the file, on disk before and after it: the act with who and when, then its outcome. A line
 * without an outcome is an act whose process was killed. One file for all stores: it outlives each of them, and holds rows, so only
 * its owner may read it.
 */
export async function audited<T extends { readonly outcome: string }>(file: string, act: Act, work: () => Promise<T>): Promise<T> {
  const id = randomUUID();
  await append(file, { id, at: new Date().toISOString(), by: `${userName()}@${hostname()}`, ...act });
  try {
    const done = await work();
    await append(file, { id, at: new Date().toISOString(), outcome: done.outcome });
    return done;
  } catch (error) {
    await append(file, { id, at: new Date().toISOString(), outcome: `failed: ${(error as Error).message}` });
    throw error;
  }
}

async function append(file: string, line: object): Promise<void> {
  await using audit = await open(file, "a", 0o600);
  await audit.write(`${JSON.stringify(line)}\n`);
  await audit.datasync();
}

/** A container's user need not have a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
