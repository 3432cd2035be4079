import type { Catalog } from "../../schema/catalog.js";
import { type Entity, keyOf, type Row } from "../../schema/entity.js";
import { openSink } from "../../stores/open.js";
import { claim } from "../claim.js";

const stamps = (n: number) => {
  const at = new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString().replace(/\.\d+Z$/, ".000001Z");
  return { created_at: at, last_updated: at };
};
const words = ["Marigold", "Larkspur", "Weavers", "Tote", "Foxglove", "Harbour", "Linen", "Saddle"];
const text = (n: number, length: number) => Array.from(
  { length }, (_, i) => words[(n * 7 + i * 3 + Math.floor(n / 8)) % words.length],
).join(" ");

/**
 * Makes the rows: half are orders for two designs, a tenth of them counterparty 1's; the others
 * are counterparties, whose names can be searched.
 */
function* rowsOf(total: number, catalog: Catalog): Generator<readonly [Entity, Row]> {
  const of = (table: string) => catalog.entity(table);
  const half = Math.floor(total / 2);
  yield [of("currency"), { currency_id: "1", currency_code: "EUR", ...stamps(1) }];
  yield [of("department"), { department_id: "1", department_name: "Sales", location: "Here", manager: "Someone", ...stamps(1) }];
  yield [of("staff"), {
    staff_id: "1", first_name: "Ann", last_name: "Other", department_id: "1", email_address: "a@b.example", ...stamps(1),
  }];
  yield [of("address"), {
    address_id: "1", address_line_1: "1 Street", address_line_2: null, district: null, city: "Town", postal_code: "1", country: "Utopia",
    phone: "1", ...stamps(1),
  }];
  for (let n = 1; n <= 20; n++) {
    yield [of("design"), { design_id: String(n), design_name: text(n, 2), file_location: "/", file_name: `${n}.json`, ...stamps(n) }];
  }
  for (let n = 1; n <= half; n++) {
    yield [of("counterparty"), {
      counterparty_id: String(n), counterparty_legal_name: `${text(n, 3)} ${n}`, legal_address_id: "1",
      commercial_contact: text(n + 1, 2), delivery_contact: null, ...stamps(n),
    }];
  }
  for (let n = 1; n <= half; n++) {
    yield [of("sales_order"), {
      sales_order_id: String(n), design_id: String(1 + (n % 2)), staff_id: "1", counterparty_id: n % 10 < 1 ? "1" : String(2 + (n % 50)),
      units_sold: n % 100, unit_price: "12.50", currency_id: "1", agreed_delivery_date: "2026-02-28", agreed_payment_date: "2026-02-28",
      agreed_delivery_location_id: "1", ...stamps(n),
    }];
  }
}

export async function fill(url: URL, total: number, catalog: Catalog): Promise<void> {
  const never = new AbortController().signal;
  await using sink = await openSink(url);
  const writer = await sink.prepare(catalog);
  let version = Date.now() * 1000;
  let batch: Parameters<typeof writer.write>[0][number][] = [];
  const write = async () => {
    const rejected = await writer.write(batch, never);
    if (rejected.length > 0) throw new Error(`${sink.name} refused ${rejected.length} rows: ${rejected[0]!.reason}`);
    batch = [];
  };
  for (const [of, after] of rowsOf(total, catalog)) {
    batch.push({ op: "create", entity: of.table, key: keyOf(of, after), before: null, after, version: ++version });
    if (batch.length === 2_000) await write();
  }
  await write();
  await claim(sink, catalog, { gtids: "", file: "binlog.000001", offset: 4, version });
}
