import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PreflightFailed } from "../../runtime/findings.js";
import { makeFolder } from "../../runtime/files/folder.js";

const home = mkdtempSync(join(tmpdir(), "sluice-folder-"));
afterAll(() => rmSync(home, { recursive: true }));

test("a folder is made with those above it, and may be there already", () => {
  const folder = join(home, "a", "b", "c");
  makeFolder(folder);
  makeFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

test("a folder that cannot be made is a finding, with the remedy, at once", () => {
  writeFileSync(join(home, "file"), "");
  for (const folder of ["/proc/sluice/data", join(home, "file", "data")]) {
    expect(() => makeFolder(folder)).toThrow(PreflightFailed);
    expect(() => makeFolder(folder)).toThrow(/this folder cannot be made: .*remedy: name one/s);
  }
});
