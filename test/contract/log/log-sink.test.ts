import { MemoryLog, MemoryLogDisk } from "../../support/memory/memory-log.js";
import { specimenRow } from "../entities.js";
import { logSinkContract } from "./log-sink-contract.js";

logSinkContract("memory", async () => {
  const disk = new MemoryLogDisk();
  const open = () => new MemoryLog(disk, ({ text }) => (text === "too long" ? "too long" : null), { before: async () => undefined });
  return {
    sink: open(),
    unholdable: (id) => specimenRow(id, { text: "too long" }),
    reopen: async () => open(),
    committed: async () => [0, 1, 2].map((partition) => disk.records.filter((each) => each.partition === partition)
      .map(({ entry }) => entry)),
    dispose: async () => undefined,
  };
});
