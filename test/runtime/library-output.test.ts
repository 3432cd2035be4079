import { spawnSync } from "node:child_process";

const program = `
  const { openLog } = require("./dist/runtime/log.js");
  require("./dist/runtime/library-output.js").logLibraryOutput(openLog("test"));
  console.error("Warning: got packets out of order. Expected %d but received %d", 1, 0);
  const { EventEmitter } = require("node:events");
  const host = new EventEmitter();
  for (let n = 0; n < 11; n++) host.once("down", () => undefined);
`;

test("point 8: what libraries print, and what Node warns of, stands in the log as lines of JSON", () => {
  const { stderr, stdout } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
  const lines = stderr.trim().split("\n").map((line) => JSON.parse(line) as { readonly level: string; readonly printed: string });
  expect(lines.map(({ level, printed }) => [level, printed])).toEqual([
    ["warn", "Warning: got packets out of order. Expected 1 but received 0"],
    ["warn", expect.stringMatching(/^MaxListenersExceededWarning: .*11 down listeners/)],
  ]);
  expect(stdout).toBe("");
});
