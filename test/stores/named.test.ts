import { namedByEngine, storeList, storeListText } from "../../stores/named.js";

const read = (text: string) => storeList.safeParse(text);
const namesOf = (text: string) => read(text).data?.map(({ name }) => name);
const problemOf = (text: string) => read(text).error?.issues.map(({ message }) => message).join("; ");

test("a pipeline has the name before its URL, or else that of its engine", () => {
  expect(namesOf("orders=cassandra://a/one, elasticsearch://b/x?apiKey=key=, search-2=elasticsearch://b/y,sqlite:c.db")).toEqual([
    "orders", "elasticsearch", "search-2", "embedded",
  ]);
  expect(read("orders=cassandra://a/one").data![0]!.url.href).toBe("cassandra://a/one");
});

test("two pipelines need two names and two places", () => {
  expect(namesOf("sqlite:a.db,archive=sqlite:b.db")).toEqual(["embedded", "archive"]);
  expect(problemOf("cassandra://a/one,cassandra://a/two")).toMatch(/two pipelines are named cassandra; write a name of its own before one/);
  expect(problemOf("a=sqlite:here.db,b=sqlite:./here.db")).toMatch(/the pipelines a and b lead into one place/);
  expect(problemOf("a=cassandra://u:x@h/k,b=cassandra://u:y@h/k")).toMatch(/lead into one place/);
});

test("a wrong name is refused without being shown: it may be a part of a password", () => {
  for (const name of ["Orders", "my orders", "", "-a", "a_b", "a".repeat(41)]) {
    expect(problemOf(`${name}=sqlite:a.db`)).toBe("a name before = has lower case letters, digits and dashes, 40 at most");
  }
  expect(problemOf("cassandra://u:a,S3CR=t@h/k")).not.toMatch(/S3CR/);
});

test("the list that is written for other commands reads back the same", () => {
  const stores = [namedByEngine(new URL("sqlite:/a.db")), { name: "orders", url: new URL("sqlite:/b.db") }];
  expect(storeListText(stores)).toBe("sqlite:/a.db,orders=sqlite:/b.db");
  expect(read(storeListText(stores)).data).toEqual(stores);
});
