import { Client } from "@elastic/elasticsearch";
import Database from "libsql";
import { totesys } from "../../support/totesys.js";
import { connect } from "../../../stores/cassandra/connection/connect.js";

/** Keys of sales orders: one gets wrong, one missing, one a ghost, and one is listed where it is not. */
export interface Plan {
  readonly wrong: string;
  readonly missing: string;
  readonly ghost: string;
  readonly stale: string;
}

/** No such price and no such employee exist. */
export const planted = { price: "0.07", staff: "777777" };

/** Plants it with SQL, CQL or HTTP, as a person would who writes to the store beside sync. */
export async function plant(store: URL, plan: Plan): Promise<void> {
  if (store.protocol === "sqlite:") return plantInFile(store.pathname, plan);
  if (store.protocol === "cassandra:") return plantInCassandra(store, plan);
  return plantInElasticsearch(store, plan);
}

const fields = Object.keys(totesys.entity("sales_order").fields);

function plantInFile(file: string, { wrong, missing, ghost, stale }: Plan): void {
  const db = new Database(file);
  db.exec("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE");
  const index = "sales_order_by_staff_id";
  const others = [...fields.slice(1), "sluice_version"].join(", ");
  db.exec(`UPDATE sales_order SET unit_price = '${planted.price}' WHERE sales_order_id = ${wrong};
    INSERT INTO sales_order (sales_order_id, ${others}) SELECT ${ghost}, ${others} FROM sales_order WHERE sales_order_id = ${wrong};
    DELETE FROM sales_order WHERE sales_order_id = ${missing};`);
  // An index that was not kept: it is hidden from SQLite while the row moves back.
  const [staff] = db.prepare(`SELECT staff_id FROM sales_order WHERE sales_order_id = ${stale}`).raw().get([]) as [number];
  const kept = db.prepare(`SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema WHERE name = '${index}'`).raw()
    .get([]) as string[];
  db.exec(`UPDATE sales_order SET staff_id = ${planted.staff} WHERE sales_order_id = ${stale};
    PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = '${index}'; PRAGMA writable_schema = RESET;
    UPDATE sales_order SET staff_id = ${staff} WHERE sales_order_id = ${stale}; PRAGMA writable_schema = ON;`);
  db.prepare("INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)").run(kept as never);
  const [version] = db.prepare("PRAGMA schema_version").raw().get([]) as [number];
  db.exec(`PRAGMA schema_version = ${version + 1}; PRAGMA writable_schema = RESET; COMMIT`);
  db.close();
}

async function plantInCassandra(url: URL, { wrong, missing, ghost, stale }: Plan): Promise<void> {
  await using session = await connect(url);
  const row = async (key: string) => JSON.parse(
    String((await session.execute("SELECT JSON * FROM sales_order WHERE sales_order_id = ?", [BigInt(key)])).first()!["[json]"]),
  ) as object;
  const [copied, listed] = [await row(wrong), await row(stale)];
  await session.execute(`UPDATE sales_order SET unit_price = ${planted.price} WHERE sales_order_id = ${wrong}`);
  await session.execute(`DELETE FROM sales_order WHERE sales_order_id = ${missing}`);
  await session.execute("INSERT INTO sales_order JSON ?", [JSON.stringify({ ...copied, sales_order_id: Number(ghost) })]);
  await session.execute("INSERT INTO sales_order_by_staff_id JSON ?", [JSON.stringify({ ...listed, staff_id: Number(planted.staff) })]);
}

async function plantInElasticsearch(url: URL, { wrong, missing, ghost, stale }: Plan): Promise<void> {
  const client = new Client({ node: `http://${url.host}` });
  const index = `${url.pathname.slice(1)}-sales_order`;
  const source = async (id: string) => (await client.get<object>({ index, id }))._source!;
  const [copied, listed] = [await source(wrong), await source(stale)];
  await client.index({ index, id: wrong, document: { ...copied, unit_price: planted.price } });
  await client.delete({ index, id: missing });
  await client.index({ index, id: ghost, document: { ...copied, sluice_key: ghost, sales_order_id: ghost } });
  // Lists are made of documents, so one more document of the same row shows it where it is not.
  await client.index({ index, id: `${stale}-again`, document: { ...listed, staff_id: planted.staff } });
  await client.close();
}
