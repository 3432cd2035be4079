import { type Finding, PreflightFailed } from "../../runtime/findings.js";
import { type Catalog, catalog } from "../catalog.js";
import type { Entity } from "../entity.js";
import { nameClashes } from "../name-clashes.js";
import { enumValueName, named } from "../names.js";
import { type Policy, type Role, unclassified } from "../policy.js";
import type { Shape } from "../shape.js";
import { entityOf } from "./entity.js";
import { type Followed, followedTables, keyless, keyOf } from "./followed.js";
import { nearest } from "./nearest.js";
import type { Meaning, Path } from "./read.js";

/** The catalog of a database: what its tables mean, by the files of a folder, and their shape, as the server or a store has it. */
export interface Compiled {
  readonly catalog: Catalog;
  /** Tables that cannot be followed though no file asks for them in particular. The others can be. */
  readonly refused: readonly Finding[];
}

/** @throws PreflightFailed with everything that does not fit, each at its place in the files, and the mistakes of form */
export function compile(meaning: Meaning, shape: Shape): Compiled {
  const findings: Finding[] = [...meaning.mistakes];
  const all = followedTables(meaning, shape, findings);
  // A table that no file asks for keeps no other from being followed.
  const followed = all.filter((each) => each.source || keyOf(each).length > 0);
  const refused = all.filter((each) => !followed.includes(each)).map(keyless);
  const policy = policyOf(meaning);
  checkPolicy(meaning, followed, findings);
  const entities = named(followed.map((each) => entityOf(each, { meaning, policy, followed }, findings)));
  checkNames(meaning, entities, findings);
  if (findings.length > 0) throw new PreflightFailed(findings);
  return { catalog: catalog(entities, policy), refused };
}

/** Names that the files give stay as they are, so no two may be alike. */
function checkNames({ entities: sources }: Meaning, entities: readonly Entity[], findings: Finding[]): void {
  const placeOf = (table: string, path: Path) => sources.find((each) => each.table === table)?.at(path) ?? `table ${table}`;
  for (const { table, path, problem, remedy } of nameClashes(entities)) findings.push({ where: placeOf(table, path), problem, remedy });
}

/** Who may read what, by the files alone. */
export function policyOf({ catalog: { said } }: Meaning): Policy {
  const classes = Object.keys(said.classes);
  const roles = Object.entries(said.roles).map(([name, { description, reads, rows }]): [string, Role] =>
    [name, { description, reads: reads === "all" ? [...classes, unclassified] : reads, rows }]);
  return { classes: said.classes, roles: Object.fromEntries(roles) };
}

function checkPolicy({ catalog: { said, at, mistaken } }: Meaning, followed: readonly Followed[], findings: Finding[]): void {
  const classes = Object.keys(said.classes), roles = Object.entries(said.roles);
  const tables = followed.map(({ table }) => table);
  const isUnknown = mistaken.has("classes") && classes.length === 0;
  const say = (path: Path, problem: string, remedy: string) => findings.push({ where: at(path), problem, remedy });
  if (unclassified in said.classes) say(
    ["classes", unclassified], "unclassified is the class of what no file names", "call the class otherwise",
  );
  for (const part of ["classes", "roles"] as const) for (const [first, second] of alike(Object.keys(said[part]))) say(
    [part, second], `the API would call ${first} and ${second} both ${enumValueName(second)}`, "call one of them otherwise",
  );
  if (roles.length === 0 && !mistaken.has("roles")) say(["roles"], "there is no role, so nobody could read anything", "declare a role");
  for (const [name, { reads, rows }] of roles) {
    if (!/^[a-z][a-z0-9_-]*$/.test(name)) say(
      ["roles", name], `${name} cannot name a role`, "use lower case letters, digits, dashes and underscores",
    );
    for (const [i, each] of (reads === "all" || isUnknown ? [] : reads).entries()) if (!classes.includes(each)) say(
      ["roles", name, "reads", i], `the role ${name} reads ${each}, which is no class${nearest(each, classes)}`,
      `name some of ${classes.join(", ") || "the classes; there are none"}`,
    );
    if (rows === "all") continue;
    const of = followed.find(({ table }) => table === rows.of);
    if (!of) say(["roles", name, "rows", "of"], `there is no table ${rows.of} in the catalog${nearest(rows.of, tables)}`,
      "name the table whose key the claim holds");
    else if (keyOf(of).length > 1) say(
      ["roles", name, "rows", "of"], `the key of ${rows.of} has several columns, and a claim has one value`,
      "name a table with a key of one column",
    );
    const other = roles.find(([, each]) => each.rows !== "all" && each.rows.claim === rows.claim && each.rows.of !== rows.of);
    if (other && roles.findIndex(([each]) => each === name) > roles.indexOf(other)) say(
      ["roles", name, "rows", "claim"],
      `the claim ${rows.claim} holds a key of ${rows.of} here, and another table's for the role ${other[0]}`,
      "name another claim for one of them",
    );
  }
}

/** Names that one name of the API would stand for, each with the first of them. */
function alike(names: readonly string[]): readonly (readonly [string, string])[] {
  return names.flatMap((name, i) => {
    const first = names.findIndex((each) => enumValueName(each) === enumValueName(name));
    return first < i ? [[names[first]!, name] as const] : [];
  });
}
