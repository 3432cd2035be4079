import { openSink } from "../../../stores/embedded/open.js";
import { created } from "../../contract/changes.js";
import { contractCatalog, sample } from "../../contract/entities.js";

/** Writes batches of rows and commits a position after each, until it is killed: row n has version n. */
async function writeOn(url: URL): Promise<never> {
  const sink = await openSink(url);
  const writer = await sink.prepare(contractCatalog);
  const begun = await sink.progress();
  for (let version = begun?.position.version ?? 0; ;) {
    const batch = Array.from({ length: 50 }, () =>
      created(sample, { specimen_id: String(++version), part: "p", taken_on: "2026-01-01", note: `number ${version}` }, version));
    await writer.write(batch, new AbortController().signal);
    await sink.storeProgress({ position: { gtids: "", file: "", offset: 0, version }, currentAt: 0 });
    process.stdout.write(`${version}\n`);
  }
}

void writeOn(new URL(process.argv[2]!));
