import { createHash } from "node:crypto";
import type { ConnectionOptions } from "mysql2";
import { databaseOf, datetimeAhead, mysqlOptions, mysqlPlace, serverUrl } from "../../runtime/mysql/mysql.js";
import type { Catalog } from "../../schema/catalog.js";
import type { Message } from "../../schema/change.js";
import { everyKey, type Position } from "../../schema/position.js";
import { type Source, Unresumable } from "../source.js";
import { OtherHistory, PurgedPosition, ReaderAhead } from "./binlog/errors.js";
import { type BinlogEvent, isBefore, type FileOffset } from "./binlog/event.js";
import { GtidSet } from "./binlog/gtid.js";
import { logHistory } from "./binlog/history.js";
import { type BinlogReaderOptions, readBinlog } from "./binlog/reader.js";
import { Access, isLost } from "./connection/access.js";
import { type MysqlFeedLock, takeFeedLock } from "./connection/feed-lock.js";
import { Reading } from "./connection/reading.js";
import { Readings } from "./connection/readings.js";
import { endOf, headOf, serverOf } from "./connection/server.js";
import { foreignKeysOf, logsCascades } from "./definitions/foreign-keys.js";
import { LiveDefinitions } from "./definitions/live-definitions.js";
import { SourceDiverged } from "./errors.js";
import { headWithProof } from "./history.js";
import { cascadeFindings } from "./preflight/cascades.js";
import { forecastOf, logFacts, startOf } from "./preflight/log-facts.js";
import { type MysqlSourceOptions, preflight } from "./preflight/preflight.js";
import { chunkOf, surveyOf } from "./snapshot/changed-table.js";
import { rowsOf, snapshot } from "./snapshot/snapshot.js";
import { Repeated } from "./statement/digest.js";
import { Followed } from "./statement/effect.js";
import { Cascading } from "./stream/cascading.js";
import { StatementMessages, type StatementOptions } from "./stream/statement-messages.js";
import { EventMessages } from "./stream/stream.js";

/** When the server has nothing new, it says so once a second. So a pipeline knows that it is current. */
const heartbeatMs = 1_000;

/**
 * Opens the catalog's tables in the database the URL names. `reader` names the pipeline.
 * Two readers of one name have one server id, so the server ends the older of them. That may be a connection left behind by a crash, or a
 * second process started by mistake.
 * `signal` ends waiting for a server that is away.
 */
export function openMysqlSource(url: URL, catalog: Catalog, reader: string, signal: AbortSignal, options: MysqlSourceOptions = {}): Source {
  const { allowMinimalMetadata = false, unknownStatements = "copy", cascades = "follow", unproven = () => undefined } = options;
  const database = databaseOf(url);
  const access = new Access(url, options.hasAnswered);
  const reading = new Reading(url, access);
  const readings = new Readings(access);
  const repeated = new Repeated();
  const end = (stop: AbortSignal) => reading.ask(endOf, AbortSignal.any([signal, stop]));
  const heard = (error: Error | null, attempt: number) => (error ? access.failed("log", error, attempt) : access.works("log"));
  let feedLock: MysqlFeedLock | null = null;
  const isOurs = async () => {
    await feedLock?.held(0);
    return !feedLock?.lost.aborted;
  };
  return {
    name: mysqlPlace(url),
    feedLock: async (onEvent, end) => (feedLock = await takeFeedLock(access, `${database}\0${reader}`, onEvent, end)),
    preflight: () => preflight(url, catalog, options, signal),
    head: () => reading.ask(async (connection) => headOf(connection, await serverOf(connection)), signal),
    beginning: () => reading.ask(async (connection) => headWithProof(connection, url, signal), signal),
    end,
    survey: (entity, mostRanges) => surveyOf(reading, database, entity, mostRanges, signal),
    snapshot: (entity, range, end) => snapshot(access, database, entity, range ?? everyKey, end),
    chunk: (entity, range, seen, stop) => readings.with((each) => chunkOf(each, database, entity, range, seen, () => end(stop), stop)),
    rows: (entity, keys, seen = undefined) => rowsOf(reading, database, entity, keys, seen ?? null, signal),
    passed: (at, place) => !isBefore(at, place),
    reached: (position, target) => (position.gtids || (target.gtids && !position.server)
      ? GtidSet.parse(position.gtids).contains(GtidSet.parse(target.gtids))
      // A position by file stays one when the server begins with GTIDs; its head then names no server.
      : (target.server ?? position.server) === position.server
        && !isBefore(position, target)),
    stream: (after, end, seen) => {
      const id = (purpose = "") => serverId(url, reader + purpose);
      const definitions = allowMinimalMetadata
        ? new LiveDefinitions(
          reading, catalog, database, { connection: ofServer(url), serverId: id("\0definitions"), heartbeatMs, isOurs },
        ) : undefined;
      const statements = { unknown: unknownStatements, cascades, repeated };
      const ofLog = {
        serverId: id(), isOurs, history: logHistory(ofServer(url), unproven), accessReturns: access.hasAnswered, heard,
        ...(seen && { known: seen }), ...(definitions && { definitions }),
      };
      return stream(reading, catalog, database, ofLog, statements, after, end);
    },
    async [Symbol.asyncDispose]() {
      await reading[Symbol.asyncDispose]();
      await readings[Symbol.asyncDispose]();
    },
  };
}

/** Connects without a database: the log is the server's, and it goes on when the database is dropped. */
function ofServer(url: URL): ConnectionOptions {
  return mysqlOptions(serverUrl(url));
}

type OfReader = Pick<BinlogReaderOptions, "serverId" | "isOurs" | "known" | "history" | "accessReturns" | "heard" | "definitions">;

type OfStatements = Pick<StatementOptions, "unknown"> & { readonly cascades: "follow" | "refuse"; readonly repeated: Repeated };

async function* stream(
  asking: Reading,
  catalog: Catalog,
  database: string,
  reader: OfReader,
  { unknown, cascades, repeated }: OfStatements,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<Message[]> {
  const logged = await asking.ask(async (connection) => logsCascades(connection, await serverOf(connection)), signal);
  const cascading = logged ? null : new Cascading(catalog);
  /** Reads the foreign keys as they are now. `place`: where the log has a statement that made or dropped some. */
  const renew = async (place: FileOffset | null) => {
    const [keys, findings] = await asking.ask(async (connection) => {
      const live = await foreignKeysOf(connection, catalog, database);
      return [live, await cascadeFindings(connection, catalog, live, cascades, database, database)] as const;
    }, signal);
    const [found] = findings;
    if (place && found) throw new SourceDiverged(
      `${found.where}: ${found.problem}`, place, `${found.remedy}; then sluice resume <store>, which copies the table again`,
    );
    const parents = new Set(cascading!.strangers);
    if (cascades === "follow") cascading!.renew(keys);
    if (place && cascading!.strangers.some((each) => !parents.has(each))) throw new Error(
      `a foreign key references ${cascading!.strangers.join(", ")} now, whose rows were not read until here: the stream begins again`,
    );
  };
  if (cascading) await renew(null);
  const statements = new StatementMessages(new Followed(database, catalog), { unknown, cascading }, repeated);
  const reading = new EventMessages(catalog, database, after, statements, datetimeAhead(asking.url));
  const { url } = asking;
  const options = {
    ...reader,
    connection: ofServer(url),
    heartbeatMs,
    start: startOf(after),
    tables: (of: string, table: string) => of === database && (catalog.has(table) || cascading?.strangers.includes(table) === true),
  };
  await mustBeServerOf(asking, after, signal);
  try {
    for await (const events of readBinlog(options, signal)) {
      // After a break, another server may answer at this address.
      if (after.server && events.some(({ type }) => type === "resume")) await mustBeServerOf(asking, after, signal);
      for (const some of cascading ? upToStatements(events) : [events]) {
        const messages = reading.read(some), place = statements.takeRekeyed();
        if (place) await renew(place);
        if (messages.length > 0) yield messages;
      }
    }
  } catch (error) {
    if (error instanceof ReaderAhead) throw new Unresumable(mysqlPlace(url), error.missing || "it does not say which", "lost");
    if (error instanceof OtherHistory) throw new Unresumable(mysqlPlace(url), error.difference, "another");
    if (!(error instanceof PurgedPosition)) throw error;
    throw new Unresumable(mysqlPlace(url), await lostRange(url, after, error));
  }
}

/** Without GTIDs a position is a place in the files of one server. @throws Unresumable */
async function mustBeServerOf(asking: Reading, { server, file, offset }: Position, signal: AbortSignal): Promise<void> {
  if (!server) return;
  const [row] = await asking.rows("SELECT @@server_uuid AS uuid", signal);
  if (row?.uuid !== server) throw new Unresumable(
    mysqlPlace(asking.url), `those after ${file}:${offset} of the server ${server}, and this is another, ${row?.uuid}`,
  );
}

/** What comes after a statement is read with the foreign keys that are there then. */
function* upToStatements(events: readonly BinlogEvent[]): Generator<readonly BinlogEvent[]> {
  let from = 0;
  for (const [i, { type }] of events.entries()) {
    if (type !== "query") continue;
    yield events.slice(from, i + 1);
    from = i + 1;
  }
  if (from < events.length) yield events.slice(from);
}

/** Computed from what the server has now, because its message cuts long sets short. */
async function lostRange(url: URL, after: Position, { missing }: PurgedPosition): Promise<string> {
  const facts = await logFacts(url).catch((error: unknown) => {
    if (isLost(error)) return null;
    throw error;
  });
  const forecast = facts && forecastOf(after, 0, facts, true);
  return forecast?.kind === "gone" ? forecast.missing : missing || "it does not say which";
}

/** The upper half of the numbers is far from those that people give their servers. */
function serverId(url: URL, reader: string): number {
  const digest = createHash("sha256").update(`${url.host}${url.pathname}\0${reader}`).digest();
  return 0x8000_0000 + (digest.readUInt32BE(0) >>> 1);
}
