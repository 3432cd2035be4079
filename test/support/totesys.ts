import { readFileSync } from "node:fs";
import { catalog } from "../../schema/catalog.js";
import type { Entity } from "../../schema/entity.js";
import type { Policy } from "../../schema/policy.js";
import { totesysVariable } from "./totesys/file.js";

/** The catalog of the commerce schema: its files of `catalogs/totesys`, and the shape its migrations give it on a real server. */
export const totesys = load();

function load() {
  const file = process.env[totesysVariable];
  if (!file) throw new Error(`${totesysVariable} is not set: run the tests by npm test, whose global set-up makes the file`);
  const { entities, policy } = JSON.parse(readFileSync(file, "utf8")) as { readonly entities: readonly Entity[]; readonly policy: Policy };
  return catalog(entities, policy);
}
