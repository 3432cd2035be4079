import { createHash } from "node:crypto";
import type { Catalog } from "../../schema/catalog.js";
import type { Entity, Row } from "../../schema/entity.js";
import { openStore } from "../../stores/open.js";
import { openMysqlSource } from "../../sync/mysql/source.js";

/** The same for the same rows, whatever order they come in. */
export interface Checksum {
  readonly rows: number;
  readonly sum: number;
}

export async function checksumOfSource(mysql: URL, catalog: Catalog, of: Entity): Promise<Checksum> {
  const never = new AbortController().signal;
  await using source = openMysqlSource(mysql, catalog, "bench", never);
  return await checksum(of, (async function* () {
    for await (const chunk of source.snapshot(of, null, never)) yield chunk.map((message) =>
      (message.op === "unheld" ? {} : message.after!));
  })());
}

export async function checksumOfStore(url: URL, of: Entity): Promise<Checksum> {
  await using store = await openStore(url);
  return await checksum(of, (async function* () {
    for await (const kept of store.audit.rows(of)) yield kept.map(({ row }) => row);
  })());
}

async function checksum(of: Entity, pieces: AsyncIterable<readonly Row[]>): Promise<Checksum> {
  let [rows, sum] = [0, 0];
  const names = Object.keys(of.fields);
  for await (const piece of pieces) {
    rows += piece.length;
    for (const row of piece) sum = (sum + createHash("md5").update(
      JSON.stringify(names.map((name) => row[name])),
    ).digest().readUIntBE(0, 6)) % 2 ** 52;
  }
  return { rows, sum };
}
