import { policyOf } from "../../schema/meaning/compile.js";
import type { Meaning } from "../../schema/meaning/read.js";
import { code, type Page, table } from "./markdown.js";

/** Which classes of fields each role of a catalog reads, and which rows it sees. */
export function rolesPage(meaning: Meaning): Page {
  const { classes, roles } = policyOf(meaning);
  const rows = Object.entries(roles).map(([name, { description, reads, rows: seen }]) => [
    code(name), reads.filter((each) => each in classes).join(", "), seen === "all" ? "all" : `its own ${seen.of}'s`, description,
  ]);
  return {
    file: "roles.md", title: "Roles", about: "which classes of fields each role reads, and which rows it sees",
    body: table(["role", "classes", "rows", "what it is for"], rows),
  };
}
