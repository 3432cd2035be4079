import { EventType } from "../../../../../sync/mysql/binlog/events/event-type.js";
import { openDump } from "../../../../../sync/mysql/binlog/wire/connection.js";
import { Packets } from "../../../../../sync/mysql/binlog/wire/packets.js";
import { dumpRequest } from "../../../../../sync/mysql/binlog/wire/request.js";
import type { Source } from "./support.js";

/** The events a source logs for these statements, as bytes without checksum, transaction by transaction. */
export async function capture(source: Source, statements: readonly string[]): Promise<Buffer[][]> {
  const start = await source.here();
  for (const statement of statements) await source.run(statement);
  await source.run("CREATE TABLE captured_up_to_here (a INT)");
  const { connection, serverId } = source.options(start);
  const stop = new AbortController();
  const dump = await openDump(
    { connection, serverId, heartbeatMs: 5_000, highWaterBytes: 2 ** 20, prepare: dumpRequest(start, serverId, 5_000) }, stop.signal,
  );
  const packets = new Packets(), transactions: Buffer[][] = [[]];
  try {
    for (;;) {
      packets.push(await dump.read());
      while (packets.next()) {
        const event = Buffer.from(packets.bytes.subarray(packets.start + 1, packets.end - 4)), type = event[4]! as EventType;
        event.writeUInt32LE(event.length, 9);
        if (event.includes("captured_up_to_here"))
          return transactions.filter(([first]) => first !== undefined && transactionOf(source, transactions, first));
        if ([EventType.Gtid, EventType.Anonymous, EventType.TaggedGtid].includes(type) || event[4] === MARIADB_GTID) transactions.push([]);
        if (type !== EventType.Format && type !== EventType.Rotate) transactions.at(-1)!.push(event);
      }
    }
  } finally {
    dump.close();
    await source.run("DROP TABLE captured_up_to_here");
  }
}

const MARIADB_GTID = 162;

/** Other tests may write to the same server, so only transactions that name this database count, or are compressed. */
function transactionOf(source: Source, transactions: readonly Buffer[][], first: Buffer): boolean {
  const events = transactions.find(([event]) => event === first)!;
  return events.some((event) => event.includes(source.database) || event[4] === EventType.TransactionPayload);
}
