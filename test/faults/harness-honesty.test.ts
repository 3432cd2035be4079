import { deviations } from "../../faults/judge/deviations.js";
import { planOf } from "../../faults/plan.js";
import { Ledger } from "../../faults/workload/ledger.js";
import { drawTransaction, initialRows } from "../../faults/workload/workload.js";
import { drawFrom } from "../../generator/random.js";
import type { Change } from "../../schema/change.js";
import { totesys } from "../support/totesys.js";
import { openSink, openStore } from "../../stores/open.js";
import { place } from "../stores/embedded/test-store.js";

const all = ["embedded", "cassandra", "elasticsearch"] as const;

test("the same seed gives the same faults at the same times, and the same statements", () => {
  const statements = () => {
    const [draw, ledger, drawn] = [drawFrom(5), new Ledger(), [] as unknown[]];
    for (let number = 1; number <= 200; number++) {
      const transaction = drawTransaction(number, totesys, ledger, draw);
      ledger.commit(transaction.draft);
      drawn.push(transaction.clockMicros, ...transaction.steps.map(({ entity, ...step }) => ({ table: entity.table, ...step })));
    }
    return drawn;
  };
  expect(statements()).toEqual(statements());
  expect(planOf(5, all)).toEqual(planOf(5, all));
  expect(planOf(6, all)).not.toEqual(planOf(5, all));
});

test("a wrong value, a missing row, a ghost row and a letter too many are each found, and nothing else", async () => {
  await using where = await place();
  await using sink = await openSink(where.url);
  const writer = await sink.prepare(totesys);
  const ledger = new Ledger();
  for (const { draft } of initialRows(totesys, drawFrom(1))) ledger.commit(draft);
  const entity = totesys.entity("staff");
  const changes: Change[] = [];
  for (const of of totesys.entities) {
    for (const [key, { row, held }] of ledger.table(of)) {
      if (held) changes.push({ op: "read", entity: of.table, key: [key], before: null, after: row, version: 10 });
      else await sink.deadLetters.park([{ entity: of.table, key: [key], version: 10, reason: "as drawn", change: null }]);
    }
  }
  expect(await writer.write(changes, new AbortController().signal)).toEqual([]);
  await using store = await openStore(where.url);
  const found = async () => deviations(store, await sink.deadLetters.list(10_000), ledger, totesys);
  expect(await found()).toEqual([]);

  const [first, second, third] = changes.filter((change) => change.entity === "staff") as [Change, Change, Change];
  const wrong: Change = { ...first, op: "update", before: first.after, after: { ...first.after!, last_name: "?" }, version: 11 };
  const gone: Change = { ...second, op: "delete", before: second.after, after: null, version: 11 };
  const ghost: Change = { ...third, op: "create", key: ["999"], after: { ...third.after!, staff_id: "999" }, version: 11 };
  await writer.write([wrong, gone, ghost], new AbortController().signal);
  await sink.deadLetters.park([{ entity: "address", key: ["100000"], version: 11, reason: "planted", change: null }]);
  const lines = (await found()).filter((line) => !line.includes("(")).sort();
  expect(lines).toEqual([
    "embedded address 100000: is in the dead letters, and is deleted",
    `embedded ${entity.table} ${first.key[0]}: last_name is "?", was written ${JSON.stringify(first.after!.last_name)}`,
    `embedded ${entity.table} ${second.key[0]}: is missing`,
    `embedded ${entity.table} 999: is there, and should not be`,
  ].sort());
});
