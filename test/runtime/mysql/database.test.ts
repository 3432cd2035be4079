import { databaseOf } from "../../../runtime/mysql/mysql.js";

test.each([
  ["mysql://root@127.0.0.1:3306/shop", "shop"],
  ["mysql://root@127.0.0.1:3306/a%20shop%2Fb?ssl-mode=REQUIRED", "a shop/b"],
  ["mysql://root@127.0.0.1:3306/", ""],
  ["mysql://root@127.0.0.1:3306", ""],
])("the database of %s is \"%s\"", (url, database) => {
  expect(databaseOf(new URL(url))).toBe(database);
});
