import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionOptions } from "mysql2";
import { EventDecoder } from "./decoder.js";
import { AccessDenied, BinlogError, MalformedEvent, OtherHistory, ReaderAhead, Superseded } from "./errors.js";
import type { BinlogEvent, BinlogStart, DecodedEvent, LineEvent, WantsTable } from "./event.js";
import { EventType } from "./events/event-type.js";
import { type Known, ReadingPlace } from "./reading-place.js";
import type { TableDefinitions } from "./rows/definitions.js";
import { openDump, type Dump } from "./wire/connection.js";
import { BETWEEN_EVENTS, Packets } from "./wire/packets.js";
import { classifyRefusal, ConnectionLost } from "./wire/refusal.js";
import { dumpRequest } from "./wire/request.js";

export interface BinlogReaderOptions {
  /** Where the source is: host, port, user, password, ssl. */
  readonly connection: ConnectionOptions;
  /** No server or replica of this source may have this id, 1 to 2^32-1: the source drops the older of two readers with one id. */
  readonly serverId: number;
  /** After these transactions (a GTID set; MariaDB: a GTID position), or at this place. */
  readonly start: BinlogStart;
  /** What was read before. The source must still have all of it. */
  readonly known?: Known;
  /** Without it the reader cannot notice that the source's log was reset and has as many transactions again. */
  readonly history?: LogHistory;
  /**
   * How often the source gives a sign of life while it has nothing to send. Three silent
   * periods count as a broken connection. Default 5,000.
   */
  readonly heartbeatMs?: number;
  /** How many bytes may wait unread before the source must wait. Default 4 MiB; one event may be larger. */
  readonly highWaterBytes?: number;
  /** The reader skips the rows of a table undecoded when this says false. It asks once per table definition. Default: all tables. */
  readonly tables?: WantsTable;
  /**
   * Whether this process may still read. The reader asks before each connection, and ends the stream when the answer is false.
   * With it, the reader also retries a first connection that fails. It retries, too, one that another reader with
   * the same id took, unless that goes on and on.
   */
  readonly isOurs?: () => Promise<boolean>;
  /** The source let this reader in before, so a source that refuses it now is asked again. Otherwise a refusal ends the stream. */
  readonly accessReturns?: boolean;
  /** Called for each connection that fails, with how many failed before it, and with null once a connection sends. */
  readonly heard?: (error: Error | null, attempt: number) => void;
  /** Where to learn what a log with MINIMAL metadata leaves out. Without it such a log is refused. */
  readonly definitions?: TableDefinitions;
}

/** What a reader asks of the log beside the one it reads. */
export interface LogHistory {
  /** @throws OtherHistory when the log is not the one that was read up to there */
  prove(after: BinlogStart, signal: AbortSignal): Promise<void>;
  /** Whether the source still has the file, and not another of its name. */
  has(file: string, begun: number, signal: AbortSignal): Promise<boolean>;
}

/**
 * Follows a MySQL (or MariaDB) binary log. The caller pulls: nothing is decoded before the caller asks, and the source waits when
 * `highWaterBytes` are unread. Each array holds the events that are ready, at least one.
 * A first connection that fails throws, unless `isOurs` is given. A later one is retried until it
 * stands, and resumes at the last `commit` given out.
 * Throws a `BinlogError` when going on would lose or distort something. Ends without an error when `signal` aborts.
 */
export function readBinlog(options: BinlogReaderOptions, signal: AbortSignal): AsyncGenerator<BinlogEvent[], void, undefined> {
  return follow(options, false, signal) as AsyncGenerator<BinlogEvent[], void, undefined>;
}

/**
 * Does the same with each row as a line of JSON, made from the log's bytes without objects
 * between. It serves callers that only hand text on.
 */
export function readBinlogLines(options: BinlogReaderOptions, signal: AbortSignal): AsyncGenerator<LineEvent[], void, undefined> {
  return follow(options, true, signal) as AsyncGenerator<LineEvent[], void, undefined>;
}

async function* follow(
  options: BinlogReaderOptions, toLines: boolean, signal: AbortSignal,
): AsyncGenerator<DecodedEvent[], void, undefined> {
  const progress = new ReadingPlace(options.start);
  const takeovers: number[] = [];
  let attempts = 0, reason = "", hasConnected = false, heardAt = 0, isProven = true;
  while (!signal.aborted) {
    let dump: Dump | undefined;
    try {
      if (options.isOurs && !(await options.isOurs())) return;
      await options.definitions?.renew(progress.start, signal);
      dump = await open(options, progress.start, signal);
      if (hasConnected) yield [{ type: "resume", reason, attempts, ...progress.place }];
      hasConnected = true;
      for await (const events of decode(dump, options, toLines, progress, signal)) {
        if (attempts > 0) options.heard?.(null, attempts);
        attempts = 0;
        if (events.some(({ type }) => type !== "heartbeat")) [heardAt, isProven] = [performance.now(), false];
        else if (performance.now() - heardAt > quietPeriods * heartbeatOf(options)) {
          await mustBeThere(options, progress, isProven, signal);
          [heardAt, isProven] = [performance.now(), true];
        }
        yield events;
      }
    } catch (error) {
      if (signal.aborted) return;
      const truth = await judged(error, options, progress, signal);
      if (signal.aborted) return;
      if (!mayPass(truth, options, takeovers, hasConnected)) throw truth;
      options.heard?.(truth as Error, attempts);
      reason = (truth as Error).message;
    } finally {
      dump?.close();
    }
    // The first retry comes at once, because most breaks are a server that restarts or a killed dump thread.
    await sleep(Math.min(5_000, 100 * 2 ** attempts++) * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }
}

/**
 * After so many quiet periods the reader asks the source whether it still has the file.
 * If the log was reset under a reader that has read all of it, the source itself only says that it has nothing new.
 */
const quietPeriods = 10;

/**
 * Asks a source that is quiet whether it still has the file it was sending. When a file was begun tells it only from files of other
 * seconds; that is enough once the last transaction is proved.
 * @throws ConnectionLost, OtherHistory, ReaderAhead
 */
async function mustBeThere(
  { history, known }: BinlogReaderOptions, progress: ReadingPlace, isProven: boolean, signal: AbortSignal,
): Promise<void> {
  const { file } = progress;
  if (!history || !file) return;
  try {
    if (!isProven) await history.prove(progress.with(known), signal);
    if (!(await history.has(file.file, file.begun, signal)))
      throw new OtherHistory(`it no longer has the file ${file.file} that it was sending`);
  } catch (error) {
    // A new connection shows what is true. If the source cannot be asked, nothing follows: the connection that is read will break, too.
    if (error instanceof OtherHistory || error instanceof ReaderAhead) throw new ConnectionLost(error.message, error);
  }
}

/** What is wrong with the log counts only if it still is the same log. */
async function judged(
  error: unknown, { history, known }: BinlogReaderOptions, progress: ReadingPlace, signal: AbortSignal,
): Promise<unknown> {
  if (!history || !(error instanceof BinlogError) || [
    AccessDenied, Superseded, ReaderAhead, OtherHistory,
  ].some((kind) => error instanceof kind)) return error;
  return history.prove(progress.with(known), signal).then(() => error, (other: unknown) => other);
}

const [takeoversAtMost, takeoverWindowMs] = [5, 60_000];

/** `takeovers`: when other readers took this one's place, if it may take the place back; each is added. */
function mayPass(
  error: unknown, { isOurs, accessReturns = false }: BinlogReaderOptions, takeovers: number[], hasConnected: boolean,
): boolean {
  if (error instanceof ConnectionLost) return hasConnected || isOurs !== undefined;
  if (error instanceof AccessDenied) return accessReturns;
  if (!(error instanceof Superseded) || !isOurs) return false;
  takeovers.push(performance.now());
  return takeovers.filter((at) => at > performance.now() - takeoverWindowMs).length <= takeoversAtMost;
}

function open(options: BinlogReaderOptions, start: BinlogStart, signal: AbortSignal): Promise<Dump> {
  const { connection, serverId, known, highWaterBytes = 4 * 2 ** 20 } = options, heartbeatMs = heartbeatOf(options);
  return openDump(
    { connection, serverId, heartbeatMs, highWaterBytes, prepare: dumpRequest(start, serverId, heartbeatMs, known?.gtids) }, signal,
  );
}

function heartbeatOf({ heartbeatMs = 5_000 }: BinlogReaderOptions): number {
  return heartbeatMs;
}

/** Yields every chunk's events, decoded when the caller asks. It ends only by an error, because a dump has no end. */
async function* decode(
  dump: Dump, { tables = () => true, serverId, definitions, history, known }: BinlogReaderOptions, toLines: boolean, progress: ReadingPlace,
  signal: AbortSignal,
): AsyncGenerator<DecodedEvent[]> {
  const { checksum: hasChecksums, end: logEnd, server } = dump;
  const packets = new Packets();
  const decoder = new EventDecoder(progress.place, BETWEEN_EVENTS, tables, { toLines, definitions, hasChecksums, logEnd, server });
  let events: DecodedEvent[] = [];
  const hand = function* (): Generator<DecodedEvent[]> {
    const ready = events;
    events = [];
    if (ready.length === 0) return;
    progress.take(ready);
    yield ready;
  };
  for (let isProven = false; ; isProven = true) {
    packets.push(await dump.read());
    // The proof comes only now that the source sends: a log that was proved earlier could be another by now.
    if (!isProven) await history?.prove(progress.with(known), signal);
    decoder.receivedAt = dump.receivedAt;
    try {
      for (let stop = decodePlain(packets, decoder, events); stop !== "read"; stop = decodePlain(packets, decoder, events)) {
        const { bytes, start, end } = packets;
        if (stop === "refused") throw refusal(bytes.subarray(start, end), serverId, progress);
        if (stop === "compressed") {
          const parts = decoder.expand(bytes, start + 1, end);
          let part = parts.next();
          for (; !part.done; part = parts.next()) {
            events = events.concat(part.value);
            yield* hand();
          }
          if (!part.value) continue;
        }
        yield* hand();
        await definitions!.renew(progress.start, signal);
      }
    } catch (error) {
      // What came before the damage is sound.
      yield* hand();
      throw error;
    }
    yield* hand();
  }
}

/**
 * Decodes packets up to one that needs more, which is then the current one: no event, a compressed transaction, or one that outdates the
 * definitions. `read` when there is none.
 * The loop has a function of its own, because the engine compiles the loops of generators once more each time.
 */
function decodePlain(packets: Packets, decoder: EventDecoder, events: DecodedEvent[]): "read" | "refused" | "compressed" | "outdated" {
  while (packets.next()) {
    const { bytes, start, end } = packets;
    if (bytes[start] !== 0) return "refused";
    if (bytes[start + 5] === EventType.TransactionPayload) return "compressed";
    if (decoder.decode(bytes, start + 1, end, events)) return "outdated";
  }
  return "read";
}

/** "ERR_Packet" and "EOF_Packet". */
function refusal(packet: Buffer, serverId: number, progress: ReadingPlace): unknown {
  if (packet[0] === 0xfe) return new ConnectionLost("the source ended the stream");
  if (packet[0] !== 0xff || packet.length < 9) return new MalformedEvent(
    `a packet that begins with ${packet[0]}`, progress.place.file, progress.place.offset,
  );
  const error = { errno: packet.readUInt16LE(1), code: "", message: packet.toString("utf8", 9) };
  return classifyRefusal(error, serverId, true, progress.text);
}
