import { type Line, quoted, type Table, table } from "../database.js";
import { times } from "../words.js";

/** Tables and columns whose names clash with a store's, with GraphQL's, with JavaScript's, or with one another. */
export const oddlyNamed = (): readonly Table[] => [
  ...tableNames.map((name, i) => table(name, `CREATE TABLE ${quoted(name)} (id INT NOT NULL PRIMARY KEY, label VARCHAR(80) NULL) ${utf8}`,
    ["id", "label"], [[1, name], [2, String(i)], [3, null]])),
  orders, lines, columns, clashes,
];

export const utf8 = "DEFAULT CHARSET = utf8mb4";

/** Two names of 64 characters, MySQL's limit, that differ in the last one. */
const alike = [1, 2].map((last) => `alike_but_for_the_last_of_64_characters`.padEnd(63, "_") + last);

const tableNames = [
  "search", "viewer", "node", "Node", "nodes", "query", "mutation", "PageInfo", "String", "__Type", "__typename", "true", "null", "select",
  "keyspace", "token", "sluice_progress", "sluice_dead_letter", "sqlite_sequence", "_all", "..", "__proto__", "constructor", "toString",
  "order_item", "order-item", "OrderItem", "order.item", "orderItems", "1st", "42", "Ünïcode-tablé", "Unicode-table", "e\u0301t\u00e9",
  "日本語の表", " leading space", "it's a \"table\" `x`", "a.b.c", "a/b\\c", "%s?:$1", "line\nbreak", ...alike,
] as const;

/** The first of the three that clash: references go from and to names with spaces. */
const orders = table("order item", `CREATE TABLE \`order item\` (
    \`item no.\` INT NOT NULL,
    \`search id\` INT NULL,
    \`1st\` INT NULL,
    PRIMARY KEY (\`item no.\`),
    CONSTRAINT \`to the "search"\` FOREIGN KEY (\`search id\`) REFERENCES \`search\` (id) ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT \`1st to 1st\` FOREIGN KEY (\`1st\`) REFERENCES \`1st\` (id)
  ) ${utf8}`, ["item no.", "search id", "1st"], [[1, 1, null], [2, null, 3], [3, 2, 1]]);

const lines = table("order item's line", `CREATE TABLE \`order item's line\` (
    \`order item\` INT NOT NULL,
    \`node\` INT NOT NULL,
    \`Ünïcode-tablé\` INT NULL,
    PRIMARY KEY (\`order item\`, \`node\`),
    FOREIGN KEY (\`order item\`) REFERENCES \`order item\` (\`item no.\`) ON DELETE CASCADE,
    FOREIGN KEY (\`node\`) REFERENCES \`node\` (id),
    FOREIGN KEY (\`Ünïcode-tablé\`) REFERENCES \`Ünïcode-tablé\` (id) ON DELETE SET NULL
  ) ${utf8}`, ["order item", "node", "Ünïcode-tablé"], [[1, 1, null], [1, 2, 3], [3, 3, 1]]);

/** MySQL compares names of columns without regard to case, so of `firstName` and `FirstName` a table has one. */
const columnNames = [
  "id.with.dots", "id.with", "first name", "first_name", "first-name", "firstName", "1st", "42", "größe", "grosse", "groesse",
  "日本", "__typename", "__type", "sluice_version",
  "_id", "_source", "_version", "_routing", "rowid", "oid", "_rowid_", "key", "version", "letter",
  "first", "after", "last", "before", "where", "orderBy", "nodes", "edges", "node", "cursor", "pageInfo", "totalCount", "search", "viewer",
  "select", "from", "true", "null", "__proto__", "constructor", "hasOwnProperty", "toString", "then", "prototype", ".", "a..b", ".leading",
  "trailing.", " leading space", "tab\tbed", "line\nbreak", "it's", "say \"x\"", "back`tick", "back\\slash", "%s", "?", ":name", "$1", "*",
  "-- x", "/* x */", "{\"json\"}", "e\u0301", "writetime(x)", "token", ...alike, "表".repeat(64),
] as const;

const columns = table(
  "odd columns",
  `CREATE TABLE \`odd columns\` (id INT NOT NULL, ${columnNames.map((name) => `${quoted(name)} VARCHAR(80) NULL`).join(", ")},
    PRIMARY KEY (id), KEY \`an index's "name"\` (\`id.with.dots\`, \`first name\`), KEY (\`__typename\`), KEY (\`first\`)) ${utf8}`,
  ["id", ...columnNames], times(3, (id): Line => [id, ...columnNames.map((name, i) => (id === 3 ? null : id === 1 ? name : `${i}`))]));

/** What a reference is called may be taken: by a column, or by another reference. */
const clashes = table("clashing references", `CREATE TABLE \`clashing references\` (
    id INT NOT NULL PRIMARY KEY,
    node_id INT NULL,
    node INT NULL,
    nodeId VARCHAR(10) NULL,
    \`node-id\` INT NULL,
    FOREIGN KEY (node_id) REFERENCES node (id),
    FOREIGN KEY (node) REFERENCES Node (id),
    FOREIGN KEY (\`node-id\`) REFERENCES nodes (id)
  ) ${utf8}`, ["id", "node_id", "node", "nodeId", "node-id"], [[1, 1, 2, "x", 3], [2, null, null, null, null], [3, 3, 3, "3", 3]]);
