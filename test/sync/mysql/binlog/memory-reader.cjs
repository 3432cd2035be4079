// Reads a log in a process of its own: sleeps after the first events, then reads on to the last row. Prints what it saw, as JSON.
const { setTimeout: sleep } = require("node:timers/promises");
const { join } = require("node:path");
const { readBinlog } = require(join(process.cwd(), "dist/sync/mysql/binlog/reader.js"));

const { connection, serverId, start, database, rows, sleepMs } = JSON.parse(process.argv[2]);
const { peakMemoryMb: peakMb } = require(join(process.cwd(), "dist/bench/peak-memory.js"));

(async () => {
  const stop = new AbortController();
  let seen = 0, bytes = 0, asleepMb = 0;
  for await (const events of readBinlog({ connection, serverId, start, tables: (name) => name === database }, stop.signal)) {
    if (asleepMb === 0) {
      await sleep(sleepMs);
      asleepMb = peakMb();
    }
    for (const event of events) {
      if (event.type !== "rows") continue;
      seen += event.rows.length;
      for (const { after } of event.rows) bytes += after.v.length;
    }
    if (seen >= rows) stop.abort();
  }
  process.stdout.write(JSON.stringify({ seen, bytes, asleepMb, peakMb: peakMb() }));
})();
