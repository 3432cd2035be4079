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
  /** The letter's version; for a repair, the version that it is written with. */
  readonly version: Version;
  readonly reason: string;
  /** The row that the store holds, and the one that it will hold; null for none. */
  readonly before: Row | null;
  readonly after: Row | null;
}

/**
 * Runs `work` between two lines of JSON in the file, each on disk before the next step. The first has the act,
 * with who did it and when; the second its outcome.
 * A line without an outcome is an act whose process was killed. One file serves all stores, because it outlives each of them. It holds
 * rows, so only its owner may read it.
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

/** A container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
