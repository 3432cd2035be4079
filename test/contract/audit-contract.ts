import { keyOf, keyText } from "../../schema/entity.js";
import { collect, created, deleted, everyRow, nextId, signal, updated } from "./changes.js";
import { shelf, specimen, specimenRow } from "./entities.js";
import type { Bench } from "./store-contract.js";

export function auditContract(bench: () => Bench): void {
  const write = (...changes: ReturnType<typeof created>[]) => bench().writer.write(changes, signal);

  test("rows gives every row once, in bounded pieces, and no deleted one", async () => {
    const rows = Array.from({ length: 2500 }, () => ({ shelf_id: nextId(), label: "audited" }));
    for (let i = 0; i < rows.length; i += 500) await write(...rows.slice(i, i + 500).map((row) => created(shelf, row)));
    await write(...rows.slice(2000).map((row) => deleted(shelf, row)));
    await bench().settle();

    const found = (await everyRow(bench().store, shelf)).filter((row) => row.label === "audited");
    expect(found.toSorted((a, b) => Number(a.shelf_id) - Number(b.shelf_id))).toEqual(rows.slice(0, 2000));
    for await (const piece of bench().store.audit.rows(shelf)) expect(piece.length).toBeLessThanOrEqual(5000);
  });

  test("the entries of a lookup are those that are listed, value for value", async () => {
    const row = specimenRow(nextId(), { shelf_id: nextId(), former_shelf_id: nextId(), home_shelf_id: nextId(), text: "audited" });
    const moved = { ...row, shelf_id: nextId(), home_shelf_id: null, rank: 5 };
    const gone = specimenRow(nextId(), { shelf_id: nextId() });
    await write(created(specimen, row), created(specimen, gone));
    await write(updated(specimen, row, moved), deleted(specimen, gone));
    await bench().settle();

    const rows = await everyRow(bench().store, specimen);
    const sorted = (of: typeof rows) => of.toSorted((a, b) => (keyText(keyOf(specimen, a)) < keyText(keyOf(specimen, b)) ? -1 : 1));
    for (const lookup of specimen.lookups) {
      const fields = bench().store.audit.entryFields(specimen, lookup);
      const entries = await collect(bench().store.audit.entries(specimen, lookup));
      const listed = rows.filter((r) => r[lookup.by] !== null).map((r) => Object.fromEntries(fields.map((name) => [name, r[name]!])));
      expect(sorted(entries)).toEqual(fields.length > 0 ? sorted(listed) : []);
      expect(await bench().store.audit.entriesAt(specimen, lookup, entries)).toEqual(entries);
      expect(
        await bench().store.audit.entriesAt(specimen, lookup, entries.map((entry) => ({ ...entry, [lookup.by]: "-1" }))),
      ).toEqual(entries.map(() => null));
    }
  });
}
