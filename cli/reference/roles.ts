import { roleNames, roles } from "../../schema/policy.js";
import { code, type Page, table } from "./markdown.js";

/** Which classes of fields each role reads, and which rows it sees. */
export function rolesPage(): Page {
  const rows = roleNames.map((name) => {
    const { description, reads, rows: seen } = roles[name];
    return [code(name), reads.join(", "), seen === "own" ? "its own counterparty's" : "all", description];
  });
  return {
    file: "roles.md", title: "Roles", about: "which classes of fields each role reads, and which rows it sees",
    body: table(["role", "classes", "rows", "what it is for"], rows),
  };
}
