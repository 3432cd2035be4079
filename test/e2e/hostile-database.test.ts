import { formatDifference } from "../../sync/verify/report/report.js";
import { hostile } from "../databases/hostile.js";
import { openAnyDatabase, rowsCompared } from "../support/any-database.js";

jest.setTimeout(900_000);

test("a database of hostile names, keys and columns is equal in every store; only tables without a key are refused", async () => {
  await using database = await openAnyDatabase("hostile", hostile("mysql"));
  const { code, stdout } = await database.sluice("introspect");
  expect(code).toBe(0);
  for (const table of ["neither_key_nor_index", "unique_prefix_only"]) {
    expect(stdout).toMatch(new RegExp(`table ${table}: it has no primary key.*Remedy: ALTER TABLE ${table} ADD PRIMARY KEY`));
  }
  const followed = new Map([...database.rows].filter(([table]) => !["neither_key_nor_index", "unique_prefix_only"].includes(table)));
  const equal = async () => {
    const report = await database.verified();
    expect(report.differences.map(formatDifference)).toEqual([]);
    expect(report.equal).toBe(true);
    return rowsCompared(report);
  };

  await using _ = database.sync();
  expect(await equal()).toEqual(followed);
  await database.change(
    "INSERT INTO `odd columns` (id, `__proto__`, `id.with.dots`, `constructor`, `say \"x\"`) VALUES (4, 'p', 'd', 'c', 's')",
    "UPDATE `odd columns` SET `line\nbreak` = `back``tick`, `__typename` = 'x' WHERE id = 1",
    "UPDATE `__proto__` SET id = 8 WHERE id = 1", "DELETE FROM `it's a \"table\" ``x``` WHERE id = 2",
    "UPDATE Node SET label = 'upper' WHERE id = 1", "UPDATE node SET label = 'lower' WHERE id = 1",
    "INSERT INTO `a/b\\c` VALUES (9, NULL)", "UPDATE `search` SET id = 11 WHERE id = 1",
    "UPDATE key_signed SET k = k + 5 WHERE k = 0", "DELETE FROM key_unsigned WHERE k = 9007199254740993",
    "INSERT INTO key_unsigned VALUES (18446744073709551614, 'n')", "UPDATE key_exact SET k = 'null ' WHERE k = 'null'",
    "UPDATE key_varbinary SET k = X'00ff' WHERE k = ''", "UPDATE key_enum SET k = 'done' WHERE k = ''",
    "DELETE FROM key_long WHERE k = 'k'", "UPDATE unique_only SET a = 5, note = 'moved' WHERE b = 'x' AND a = 1",
    "INSERT INTO key_invisible (a, b) VALUES (1, 'twice')", "UPDATE key_generated SET a = 7 WHERE a = 1",
    "UPDATE key_of_a_prefix SET name = 'zzzz' WHERE note = 1", "UPDATE ref_parent SET code = 'Z' WHERE tenant = 1 AND code = 'b '",
    "DELETE FROM ref_parent WHERE tenant = 4294967295", "DELETE FROM chain_1 WHERE id = 1", "DELETE FROM ref_self WHERE id = 5",
    "UPDATE pair_wife SET id = 30 WHERE id = 3", "UPDATE wide SET c399 = NULL WHERE id = 1",
    "UPDATE generated_columns SET a = 9 WHERE id = 1", "UPDATE documents SET body = JSON_SET(body, '$.\"a.b\"', 7) WHERE id = 1",
  );
  const after = await equal();
  expect(after.get("odd columns")).toBe(4);
  expect(after.get("chain_1")).toBe(1);

  for (const stores of ["embedded", "served"] as const) {
    await using gateway = await database.gateway(stores);
    expect(await gateway.ask("administrator", `{
      oddColumns(id: 4) { proto idWithDots constructorField sayX }
      constructorRow(id: 1) { label } protoOf: proto(id: 8) { label } search(text: "lower") { nodes { ... on NodeRow { id } } }
      keyUnsigned(k: "18446744073709551614") { note } refTwo(id: 1) { billingRefParent { note } }
      refSelf(id: 2) { parent { parent { id } } } circleA(id: 2) { next { next { next { id } } } }
    }`)).toMatchObject({
      data: {
        oddColumns: { proto: "p", idWithDots: "d", constructorField: "c", sayX: "s" },
        constructorRow: { label: "constructor" }, protoOf: { label: "__proto__" }, search: { nodes: [{ id: 1 }] },
        keyUnsigned: { note: "n" }, refTwo: { billingRefParent: { note: "x" } },
        refSelf: { parent: { parent: { id: 1 } } }, circleA: { next: { next: { next: { id: 3 } } } },
      },
    });
  }
});
