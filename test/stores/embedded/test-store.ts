import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for one test alone. */
export interface TestStore extends AsyncDisposable {
  readonly folder: string;
  readonly file: string;
  readonly url: URL;
}

export async function place(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-embedded-"));
  const file = join(folder, "store.db");
  return { folder, file, url: new URL(`sqlite://${file}`), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
