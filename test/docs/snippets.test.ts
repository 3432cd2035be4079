import { load } from "../databases/load.js";
import { sakila } from "../databases/sakila.js";
import { freshDatabase } from "../migrations/fresh-database.js";
import { openSystem } from "../support/system.js";
import { blocksOf, documents, matchesData, showsLines, textOf } from "./markdown.js";
import { startWalk } from "./walk.js";

jest.setTimeout(900_000);

/** In the order in which a new reader meets them: what one page starts, the next one goes on with. */
const onOneMachine = ["docs/tutorial.md", "docs/partners.md", "README.md", "CONTRIBUTING.md"];
const withServers = "docs/how-to/use-your-own-servers.md";
const withTables = "docs/how-to/use-your-own-database.md";

test("each command, query and snippet does what its page shows: with what npm start runs", async () => {
  await using walk = await startWalk();
  for (const page of onOneMachine) await walk.follow(page);
});

test("each command, query and snippet does what its page shows: with servers of one's own", async () => {
  await using system = await openSystem("docs", 300);
  const [, cassandra, elasticsearch] = system.stores as [URL, URL, URL];
  await using walk = await startWalk({
    "mysql://user:password@mysql.example:3306/totesys": system.mysql.href,
    "cassandra://cassandra.example:9042/totesys": cassandra.href,
    "elasticsearch://elastic.example:9200/totesys": elasticsearch.href,
  });
  await walk.follow(withServers);
});

test("each command, query and snippet does what its page shows: with a database of one's own", async () => {
  await using database = await freshDatabase("own");
  await database.server.query(`CREATE DATABASE ${database.name}`);
  await database.server.query(`USE ${database.name}`);
  await load(database.server, sakila());
  await using walk = await startWalk({ "mysql://user:password@mysql.example:3306/sakila": database.url.href });
  await walk.follow(withTables);
});

test("no other page has a command, a query or a snippet", () => {
  const runnable = ["sh", "js", "graphql", "diff"];
  const others = documents.filter((document) => ![...onOneMachine, withServers, withTables].includes(document)).filter((document) =>
    blocksOf(textOf(document)).some(({ language }) => runnable.includes(language)));
  expect(others).toEqual([]);
});

test("every block of a document is fenced and says its language", () => {
  const indented = documents.filter((document) => /\n\n {4}\S/.test(textOf(document)));
  expect(indented).toEqual([]);
  const without = documents.flatMap((document) => blocksOf(textOf(document)).filter(({ language }) => language === "")
    .map(({ line }) => `${document}:${line}`));
  expect(without).toEqual([]);
});

test("what a page shows is compared: a wrong value, a line too few and a longer list are noticed", () => {
  expect(matchesData({ a: [{ b: "x…" }] }, { a: [{ b: "xy" }], c: 1 })).toBe(true);
  expect(matchesData({ a: [{ b: "x…" }] }, { a: [{ b: "y" }] })).toBe(false);
  expect(matchesData({ a: [] }, { a: [1] })).toBe(false);
  expect(matchesData({ a: "…" }, {})).toBe(false);
  expect(showsLines("a  1\n…\nb …", "a 1\nx\ny\nb 2\n")).toBe(true);
  expect(showsLines("a 1\nb", "a 1\nx\nb\n")).toBe(false);
});
