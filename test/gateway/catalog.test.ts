import { rmSync } from "node:fs";
import { served } from "../../gateway/catalog.js";
import { generationOf } from "../../schema/generation.js";
import { compile } from "../../schema/meaning/compile.js";
import { readMeaning } from "../../schema/meaning/read.js";
import { table, worldOf, writeFolder } from "../schema/meaning/world.js";

test("what never leaves MySQL is served to no one, and keeps nothing else from being served", async () => {
  const { files, shape } = worldOf([{ include: "later", exclude: "hidden", tables: [table("later"), table("hidden")] }]);
  const folder = writeFolder(files);
  try {
    const meaning = await readMeaning(folder);
    const { catalog } = compile(meaning, shape);
    const warnings: unknown[] = [];
    const api = served(generationOf(catalog, 0), meaning, { warn: (...said: unknown[]) => { warnings.push(said); } });
    expect(warnings).toEqual([]);
    expect(api.entities.map(({ table: name }) => name).sort()).toEqual(["customer", "later", "pair", "sale", "supplier"]);
    expect(Object.keys(api.entity("customer").fields)).not.toContain("secret");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
