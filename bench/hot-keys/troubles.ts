import { setTimeout as sleep } from "node:timers/promises";
import Database from "libsql";
import { connectMysql } from "../../runtime/mysql/mysql.js";
import type { Catalog } from "../../schema/catalog.js";
import { openSink, openStore } from "../../stores/open.js";
import { bareCassandra, bareElasticsearch } from "../sync/stores.js";
import type { Keeper } from "./keeper.js";
import type { Reader } from "./reader.js";

export interface World {
  readonly mysql: URL;
  readonly catalog: Catalog;
  readonly stores: readonly URL[];
  readonly keys: readonly string[];
  readonly sync: Keeper;
  readonly readers: readonly Reader[];
  readonly kills: number;
}

export type Trouble = (world: World) => Promise<void>;

const named = (world: World) => world.readers.map(({ store }) => store.name);

/** What happens to sync and the stores while readers read on. Each ends once it was begun; its effects may last longer. */
export const troubles: Readonly<Record<string, Trouble>> = {
  "first copy": async ({ sync }) => sync.up(),
  async kills({ sync, kills }) {
    for (let kill = 0; kill < kills; kill++) {
      await sleep(300 + Math.random() * 2_500);
      await sync.end("SIGKILL");
    }
  },
  async resnapshot(world) {
    const { sync } = world;
    await sync.down();
    for (const store of named(world)) await sync.command("resnapshot", "sales_order", "--store", store);
    sync.up();
  },
  async "resnapshot and kills"(world) {
    await troubles.resnapshot!(world);
    await troubles.kills!(world);
  },
  /** The log no longer has what sync needs next, so every table is copied again. */
  async "purged log"({ sync, mysql }) {
    await sync.down();
    await using connection = await connectMysql(mysql);
    await sleep(300);
    await connection.query("FLUSH BINARY LOGS");
    const [[newest]] = (await connection.query("SHOW BINARY LOG STATUS")) as unknown as [[{ readonly File: string }]];
    await connection.query("PURGE BINARY LOGS TO ?", [newest.File]);
    sync.up();
  },
  /** The log does not say which rows a statement changed, so the table is copied again beside the stream. */
  async "logged statement"({ mysql }) {
    await using connection = await connectMysql(mysql);
    await connection.query("SET SESSION binlog_format = 'STATEMENT'");
    await connection.query("UPDATE sales_order SET agreed_payment_date = agreed_payment_date + INTERVAL 1 DAY WHERE sales_order_id = 5");
  },
  "verify --repair": ({ sync }) => sync.command("verify", "--repair", "--wait", "120"),
  async "dead-letters retry"(world) {
    for (const url of world.stores) {
      await using sink = await openSink(url);
      const { position } = (await sink.progress())!;
      await sink.deadLetters.park(
        world.keys.map((key) => ({ entity: "sales_order", key: [key], version: position.version, reason: "planted", change: null })),
      );
    }
    // A row that changes at this moment is left to the pipeline, and fails the command.
    for (const store of named(world)) await world.sync.command("dead-letters", "retry", `${store}/sales_order`).catch(() => undefined);
  },
  async "dropped table"({ stores, readers }) {
    await Promise.all(stores.map((url, i) => readers[i]!.without(dropTable(url))));
  },
};

async function dropTable(url: URL): Promise<void> {
  await using store = await openStore(url);
  switch (store.name) {
    case "embedded": {
      const db = new Database(decodeURIComponent(url.pathname));
      db.exec("PRAGMA busy_timeout = 10000; DROP TABLE sales_order");
      db.close();
      return;
    }
    case "cassandra": {
      const client = await bareCassandra(url);
      await client.execute("DROP TABLE sales_order", [], { readTimeout: 60_000 });
      await client.shutdown();
      return;
    }
    default: {
      const client = bareElasticsearch(url);
      await client.indices.delete({ index: `${url.pathname.slice(1)}-sales_order-v1` });
      await client.close();
    }
  }
}
