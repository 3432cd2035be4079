import { createHash } from "node:crypto";
import type { Row } from "../../schema/entity.js";
import { totesys } from "../../schema/totesys/catalog.js";
import { openStore } from "../../stores/open.js";
import { openMysqlSource } from "../../sync/mysql/source.js";
import { salesOrder } from "./table.js";

/** The same for the same rows, whatever order they come in. */
export interface Checksum {
  readonly rows: number;
  readonly sum: number;
}

export async function checksumOfSource(mysql: URL): Promise<Checksum> {
  const never = new AbortController().signal;
  await using source = openMysqlSource(mysql, totesys, "bench", never);
  return await checksum((async function* () {
    for await (const chunk of source.snapshot(salesOrder, null, never)) yield chunk.map((message) =>
      (message.op === "unheld" ? {} : message.after!));
  })());
}

export async function checksumOfStore(url: URL): Promise<Checksum> {
  await using store = await openStore(url, totesys);
  return await checksum((async function* () {
    for await (const kept of store.audit.rows(salesOrder)) yield kept.map(({ row }) => row);
  })());
}

async function checksum(pieces: AsyncIterable<readonly Row[]>): Promise<Checksum> {
  let [rows, sum] = [0, 0];
  const names = Object.keys(salesOrder.fields);
  for await (const piece of pieces) {
    rows += piece.length;
    for (const row of piece) sum = (sum + createHash("md5").update(
      JSON.stringify(names.map((name) => row[name])),
    ).digest().readUIntBE(0, 6)) % 2 ** 52;
  }
  return { rows, sum };
}
