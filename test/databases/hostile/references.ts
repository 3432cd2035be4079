import { type Line, type Server, type Table, table } from "../database.js";
import { folding, states } from "./keys.js";
import { utf8 } from "./names.js";

/** Composite, self and circular references, to keys of every kind, with each of the actions that MySQL does not log. */
export const oddlyReferring = (server: Server): readonly Table[] => [
  ...composites, self, selfComposite, ...circle, ...pair, ...chain, ...inherited, ...byUnique, toKinds(server),
];

const composites: readonly Table[] = [
  table("ref_parent", `CREATE TABLE ref_parent (
      tenant INT UNSIGNED NOT NULL, code VARCHAR(20) COLLATE utf8mb4_general_ci NOT NULL, note TEXT NULL, PRIMARY KEY (tenant, code)
    ) ${utf8}`, ["tenant", "code", "note"], [[1, "A", "x"], [1, "b ", null], [2, "A", "y"], [4294967295, "", "z"]]),
  // What has NULL in one of its columns refers to nothing, and nothing checks its other column.
  table("ref_child", `CREATE TABLE ref_child (
      id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, tenant INT UNSIGNED NULL, code VARCHAR(20) COLLATE utf8mb4_general_ci NULL,
      FOREIGN KEY (tenant, code) REFERENCES ref_parent (tenant, code) ON DELETE CASCADE ON UPDATE CASCADE
    ) ${utf8}`, ["id", "tenant", "code"], [
    [1, 1, "A"], [2, 1, "a"], [3, 1, "B"], [4, 4294967295, ""], [5, null, "not there"], [6, 77, null], [7, null, null],
  ]),
  table("ref_two", `CREATE TABLE ref_two (
      id INT NOT NULL PRIMARY KEY, tenant INT UNSIGNED NOT NULL, billing VARCHAR(20) COLLATE utf8mb4_general_ci NULL,
      shipping VARCHAR(20) COLLATE utf8mb4_general_ci NULL,
      CONSTRAINT ref_two_billing FOREIGN KEY (tenant, billing) REFERENCES ref_parent (tenant, code),
      CONSTRAINT ref_two_shipping FOREIGN KEY (tenant, shipping) REFERENCES ref_parent (tenant, code) ON UPDATE CASCADE
    ) ${utf8}`, ["id", "tenant", "billing", "shipping"], [[1, 1, "A", "b"], [2, 2, "a", null], [3, 9, null, null]]),
];

const self = table("ref_self", `CREATE TABLE ref_self (
    id INT NOT NULL PRIMARY KEY, parent_id INT NULL, best_friend INT NULL,
    FOREIGN KEY (parent_id) REFERENCES ref_self (id) ON DELETE CASCADE,
    FOREIGN KEY (best_friend) REFERENCES ref_self (id) ON DELETE SET NULL
  ) ${utf8}`, ["id", "parent_id", "best_friend"], [[1, 1, null], [2, 1, 3], [3, 2, 2], [4, 3, 4], [5, null, 1]]);

const selfComposite = table("ref_self_composite", `CREATE TABLE ref_self_composite (
    tenant INT NOT NULL, code VARBINARY(10) NOT NULL, parent VARBINARY(10) NULL, PRIMARY KEY (tenant, code),
    FOREIGN KEY (tenant, parent) REFERENCES ref_self_composite (tenant, code) ON DELETE CASCADE
  ) ${utf8}`, ["tenant", "code", "parent"], [
  [1, Buffer.from("a"), null], [1, Buffer.from("b"), Buffer.from("a")], [2, Buffer.alloc(0), Buffer.alloc(0)],
]);

const ring = ["a", "b", "c"];
const circle: readonly Table[] = ring.map((name, i) => table(`circle_${name}`, `CREATE TABLE circle_${name} (
    id INT NOT NULL PRIMARY KEY, next_id INT NOT NULL,
    FOREIGN KEY (next_id) REFERENCES circle_${ring[(i + 1) % 3]} (id) ON DELETE CASCADE
  ) ${utf8}`, ["id", "next_id"], [[1, 1], [2, 3], [3, 2]]));

const pair: readonly Table[] = [["husband", "wife"], ["wife", "husband"]].map(([name, other]) => table(`pair_${name}`,
  `CREATE TABLE pair_${name} (id INT NOT NULL PRIMARY KEY, ${other} INT NULL UNIQUE,
    FOREIGN KEY (${other}) REFERENCES pair_${other} (id) ON DELETE SET NULL ON UPDATE CASCADE) ${utf8}`,
  ["id", other!], [[1, 1], [2, null], [3, 2]]));

/** A delete of the first goes through two tables and then changes rows of the last. */
const chain: readonly Table[] = [
  table("chain_1", `CREATE TABLE chain_1 (id INT NOT NULL PRIMARY KEY) ${utf8}`, ["id"], [[1], [2]]),
  ...([[2, "CASCADE"], [3, "CASCADE"], [4, "SET NULL"]] as const).map(([n, action]) => table(`chain_${n}`, `CREATE TABLE chain_${n} (
      id INT NOT NULL PRIMARY KEY, above INT NULL, FOREIGN KEY (above) REFERENCES chain_${n - 1} (id) ON DELETE ${action} ON UPDATE CASCADE
    ) ${utf8}`, ["id", "above"], [[1, 1], [2, 2], [3, 1], [4, null]])),
];

/** The reference is the key itself, so that a parent's new key is the child's new key. */
const inherited: readonly Table[] = [
  table("party", `CREATE TABLE party (id BIGINT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(40) NOT NULL) ${utf8}`,
    ["id", "name"], [["18446744073709551615", "last"], [1, "first"], [2, "without"]]),
  table("party_person", `CREATE TABLE party_person (
      id BIGINT UNSIGNED NOT NULL PRIMARY KEY, born DATE NULL, FOREIGN KEY (id) REFERENCES party (id) ON DELETE CASCADE ON UPDATE CASCADE
    ) ${utf8}`, ["id", "born"], [["18446744073709551615", null], [1, "1999-12-31"]]),
];

const byUnique: readonly Table[] = [
  table("account", `CREATE TABLE account (id INT NOT NULL PRIMARY KEY, email VARCHAR(80) COLLATE utf8mb4_general_ci NULL UNIQUE) ${utf8}`,
    ["id", "email"], [[1, "Ada@example.com"], [2, null], [3, null]]),
  table("login", `CREATE TABLE login (
      id INT NOT NULL PRIMARY KEY, email VARCHAR(80) COLLATE utf8mb4_general_ci NULL,
      FOREIGN KEY (email) REFERENCES account (email) ON DELETE SET NULL ON UPDATE CASCADE
    ) ${utf8}`, ["id", "email"], [[1, "ada@EXAMPLE.com"], [2, null]]),
];

/** Text refers by the collation's own weights: in another case, without its accents, with spaces at its end. */
function toKinds(server: Server): Table {
  const kinds: readonly (readonly [string, string, Line])[] = [
    ["unsigned", "BIGINT UNSIGNED", ["18446744073709551615", 0, null]],
    ["decimal", "DECIMAL(65,30)", ["1.10", null, 10]],
    ["date", "DATE", ["2024-02-29", "0001-01-01", null]],
    ["datetime", "DATETIME(6)", ["9999-12-31 23:59:59.999999", null, null]],
    ["time", "TIME(3)", ["-838:59:59", "25:00:00", null]],
    ["enum", states, ["in_progress", "", null]],
    ["varbinary", "VARBINARY(20)", [Buffer.alloc(0), Buffer.from("6100", "hex"), null]],
    ["folded", `VARCHAR(40) COLLATE ${folding(server)}`, ["ABC", "STRASSE", "unal"]],
    ["padded", "VARCHAR(40) COLLATE utf8mb4_general_ci", ["A  ", "b", ""]],
    ["long", "VARCHAR(700) COLLATE utf8mb4_bin", ["😀".repeat(700), `${"k".repeat(699)}b`, null]],
  ];
  return table("ref_kinds", `CREATE TABLE ref_kinds (id INT NOT NULL PRIMARY KEY,
    ${kinds.map(([kind, type]) => `to_${kind} ${type} NULL`).join(", ")},
    ${kinds.map(([kind]) => `FOREIGN KEY (to_${kind}) REFERENCES key_${kind} (k) ON UPDATE CASCADE`).join(", ")}) ${utf8}`,
  ["id", ...kinds.map(([kind]) => `to_${kind}`)], [0, 1, 2].map((row) => [row, ...kinds.map(([, , values]) => values[row]!)]));
}
