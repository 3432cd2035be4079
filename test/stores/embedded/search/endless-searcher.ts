import { openStore } from "../../../../stores/embedded/open.js";
import { crate } from "../../../contract/entities.js";

/** Searches the store at the URL it is given until it is killed, and reports when it found something. */
async function main(): Promise<void> {
  const store = await openStore(new URL(process.argv[2]!));
  for (;;) {
    const { hits } = await store.search!.search({
      text: "lantern", targets: [{ entity: crate, fields: ["label"], scope: null }], limit: 1, after: null,
    });
    if (hits.length > 0) console.log("found");
  }
}

void main();
