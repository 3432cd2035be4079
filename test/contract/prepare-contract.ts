import type { Entity } from "../../schema/entity.js";
import { StoreRefusal } from "../../stores/ports.js";
import { created, nextId, rowOf, signal } from "./changes.js";
import { catalogWith, contractCatalog, drawer, rekeyedDrawer, retypedDrawer, specimen, specimenRow, widerDrawer } from "./entities.js";
import type { Bench } from "./store-contract.js";

export function prepareContract(bench: () => Bench): void {
  test("it is repeatable and keeps what is there", async () => {
    const row = specimenRow(nextId());
    await bench().writer.write([created(specimen, row)], signal);
    await bench().sink.prepare(contractCatalog);
    await bench().sink.prepare(contractCatalog);
    await bench().settle();
    expect(await rowOf(bench().store, specimen, [row.specimen_id as string])).toEqual(row);
  });

  test("a field added later is null in rows written before, and holds values after", async () => {
    const before = { drawer_id: nextId(), code: "old", depth: 1 };
    const after = { drawer_id: nextId(), code: "new", depth: 2, colour: "green" };
    await bench().writer.write([created(drawer, before)], signal);

    const wider = await bench().reopen();
    await using sink = wider.sink;
    await using store = wider.store;
    const writer = await sink.prepare(catalogWith(widerDrawer));
    await writer.write([created(widerDrawer, after)], signal);
    await bench().settle();
    expect(await rowOf(store, widerDrawer, [before.drawer_id])).toEqual({ ...before, colour: null });
    expect(await rowOf(store, widerDrawer, [after.drawer_id])).toEqual(after);
  });

  test.each<[string, Entity]>([["another type of a field", retypedDrawer], ["another key", rekeyedDrawer]])(
    "%s is refused with a remedy, and nothing is lost",
    async (_, redeclared) => {
      const row = { drawer_id: nextId(), code: "kept", depth: 3 };
      await bench().writer.write([created(drawer, row)], signal);

      const other = await bench().reopen();
      await using sink = other.sink;
      await using _store = other.store;
      await expect(sink.prepare(catalogWith(redeclared))).rejects.toThrow(StoreRefusal);
      await expect(sink.prepare(catalogWith(redeclared))).rejects.toThrow(/drawer/);
      await bench().settle();
      expect(await rowOf(bench().store, drawer, [row.drawer_id])).toEqual(row);
    },
  );
}
