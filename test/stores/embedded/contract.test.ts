import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSink, openStore } from "../../../stores/embedded/open.js";
import { storeContract } from "../../contract/store-contract.js";

storeContract("embedded", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-embedded-"));
  const url = new URL(`sqlite://${folder}/new%20folder/store.db`);
  const sink = await openSink(url);
  const store = await openStore(url);
  return {
    sink, store,
    capabilities: { rows: true, search: true },
    reopen: async (name) => ({ sink: await openSink(url, name), store: await openStore(url, name) }),
    async dispose() {
      await sink[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
});
