import type { Socket } from "node:net";
import { createConnection, type Connection, type ConnectionOptions } from "mysql2";
import { ReaderAhead } from "../errors.js";
import type { FileOffset } from "../event.js";
import { GtidSet } from "../gtid.js";
import { type ChunkLimits, Chunks } from "./chunks.js";
import { ReceiveBuffers } from "./receive-buffers.js";
import { classifyRefusal, ConnectionLost } from "./refusal.js";
import { type DumpCommand, logStatusStatement, replicaStatusStatement } from "./request.js";

/** The stream of packets that a source sends after a request for its binary log. */
export interface Dump {
  readonly version: string;
  /** The source's UUID; '' for MariaDB, which has none. */
  readonly server: string;
  /** Whether the first events end in a CRC32; the format event confirms it. */
  readonly checksum: boolean;
  /** Where the log ended before the dump began. */
  readonly end: FileOffset;
  /** When the bytes read last were received, or earlier if they may have waited in the network, in milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Returns the next bytes, which stay as they are until the next call. Throws `ConnectionLost`, or the abort reason. */
  read(): Promise<Buffer>;
  close(): void;
}

export interface DumpRequest extends ChunkLimits {
  readonly connection: ConnectionOptions;
  readonly serverId: number;
  /** What the source's version decides: how to prepare the session and begin the dump. */
  readonly prepare: (version: string) => DumpCommand;
}

/**
 * Connects with mysql2 (TLS, every authentication), registers as a replica and asks for the log.
 * Commands: COM_REGISTER_SLAVE, COM_BINLOG_DUMP(_GTID).
 * From then on the reader takes the connection's bytes: it replaces mysql2's packet parser, which cuts and dispatches
 * packets, by one that hands its chunks over unread.
 */
export async function openDump(request: DumpRequest, signal: AbortSignal): Promise<Dump> {
  signal.throwIfAborted();
  const buffers = new ReceiveBuffers();
  const connection = createConnection({
    ...request.connection, stream: () => buffers.connect(request.connection), supportBigNumbers: true, bigNumberStrings: true,
  }) as RawConnection;
  const abort = (): void => { connection.stream.destroy(signal.reason instanceof Error ? signal.reason : undefined); };
  signal.addEventListener("abort", abort);
  // Errors reach the reader through the command under way. Without a listener here they would end the process.
  connection.on("error", () => undefined);
  let isIn = false;
  try {
    const [source] = await query(connection, "SELECT VERSION() AS version, @@GLOBAL.binlog_checksum AS checksum");
    isIn = true;
    const [uuid] = await query(connection, "SHOW GLOBAL VARIABLES LIKE 'server_uuid'");
    const server = (uuid as { Value: string } | undefined)?.Value ?? "";
    const { version, checksum } = source as { version: string; checksum: string };
    const { statements, executed, command } = request.prepare(version);
    for (const statement of statements) await query(connection, statement);
    if (executed) await mustHaveExecuted(connection, executed, version);
    const end = await endOf(connection, version);
    await new Promise<void>((resolve, reject) => {
      connection.addCommand(new OneAnswer(registerCommand(request.serverId), (error) => (error ? reject(error) : resolve())));
    });
    const chunks = new Chunks(connection.stream, buffers, request);
    // mysql2 tells the command under way; the end may come just before there is one.
    connection.stream.once("close", () => chunks.fail(new Error("the connection was closed")));
    if (connection.stream.destroyed) throw new ConnectionLost("the connection was closed");
    connection.addCommand(new Takeover(command, chunks));
    const close = (): void => {
      signal.removeEventListener("abort", abort);
      chunks.close();
    };
    return {
      version, server, checksum: checksum === "CRC32", end, get receivedAt() { return chunks.receivedAt; }, read: () => chunks.read(signal),
      close,
    };
  } catch (error) {
    signal.removeEventListener("abort", abort);
    connection.stream.destroy();
    signal.throwIfAborted();
    throw classifyRefusal(error, request.serverId, isIn);
  }
}

/** What mysql2's connection has and its types do not show. */
interface RawConnection extends Connection {
  readonly stream: Socket;
  packetParser: { execute(chunk: Buffer): void };
  addCommand(command: object): void;
  _resetSequenceId(): void;
  writePacket(packet: object): void;
}

/**
 * A source sends a transaction before it is visible: up to ten seconds before with
 * semi-synchronous replication. And a replica may be behind.
 */
const lateSeconds = 12;

/**
 * Makes sure that the source has executed everything in the set. A source sends what the set lacks, and says nothing of what it lacks
 * itself, as after a failover to a replica that had not received everything.
 * The reader asks over the same connection, because another one might lead to another server. @throws ReaderAhead
 */
async function mustHaveExecuted(connection: Connection, gtids: string, version: string): Promise<void> {
  const ahead = async () => {
    const [row] = await query(connection, `SELECT GTID_SUBTRACT('${gtids}', @@GLOBAL.gtid_executed) AS ahead`);
    return (row as { ahead: string }).ahead.replace(/\s+/g, "");
  };
  if ((await ahead()) === "") return;
  // The order matters: a transaction that a session commits just now is executed by the time the second answer comes.
  const committing = await owned(connection), missing = await ahead();
  if (missing === "") return;
  if (committing.contains(GtidSet.parse(missing)) || (await isReplica(connection, version))) {
    await query(connection, `SELECT WAIT_FOR_EXECUTED_GTID_SET('${gtids}', ${lateSeconds})`);
    const still = await ahead();
    if (still !== "") throw new ReaderAhead(still);
    return;
  }
  throw new ReaderAhead(missing);
}

/** The transactions that sessions of the source are about to commit. Each GTID stands with the session's number. */
async function owned(connection: Connection): Promise<GtidSet> {
  const [row] = await query(connection, "SELECT @@GLOBAL.gtid_owned AS owned");
  return GtidSet.parse((row as { owned: string }).owned.replace(/#\d+/g, ""));
}

/** Whether the source may receive transactions from elsewhere. A source that refuses the question counts as such. */
async function isReplica(connection: Connection, version: string): Promise<boolean> {
  const channels = await query(connection, replicaStatusStatement(version)).catch(() => null);
  return channels === null || channels.length > 0;
}

async function endOf(connection: Connection, version: string): Promise<FileOffset> {
  const [status] = await query(connection, logStatusStatement(version));
  const { File: file, Position: offset } = (status ?? { File: "", Position: 0 }) as { File: string; Position: number };
  return { file, offset: Number(offset) };
}

/** A source that says nothing for so long is broken, even if the network reports nothing. */
const answerMs = (lateSeconds + 10) * 1_000;

function query(connection: Connection, sql: string): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    connection.query({ sql, timeout: answerMs }, (error, rows) => (error ? reject(error) : resolve(rows as unknown as readonly unknown[])));
  });
}

/** A command for mysql2's queue. mysql2 calls `execute` once without a packet, then with each packet until it says it is done. */
abstract class Command {
  constructor(readonly payload: Buffer) {}

  abstract onResult(error: Error | null): void;
  abstract execute(packet: AnswerPacket | undefined, connection: RawConnection): boolean;

  stateName(): string {
    return "binlog";
  }

  /** mysql2's commands are event emitters; this one has no listeners. */
  on(): this {
    return this;
  }

  once(): this {
    return this;
  }

  emit(): boolean {
    return true;
  }

  protected send(connection: RawConnection): void {
    connection._resetSequenceId();
    const buffer = Buffer.concat([Buffer.alloc(4), this.payload]);
    connection.writePacket({
      buffer,
      length: () => buffer.length,
      writeHeader: (sequence: number) => { buffer.writeUIntLE(buffer.length - 4, 0, 3); buffer[3] = sequence; },
    });
  }
}

interface AnswerPacket { isError(): boolean; asError(encoding: string): Error }

class OneAnswer extends Command {
  constructor(payload: Buffer, readonly done: (error: Error | null) => void) {
    super(payload);
  }

  onResult(error: Error | null): void {
    this.done(error);
  }

  execute(packet: AnswerPacket | undefined, connection: RawConnection): boolean {
    if (!packet) { this.send(connection); return false; }
    this.done(packet.isError() ? packet.asError("utf8") : null);
    return true;
  }
}

/** This command is never done. It stays the connection's command, so mysql2 reports a broken connection to it. */
class Takeover extends Command {
  constructor(payload: Buffer, readonly chunks: Chunks) {
    super(payload);
  }

  onResult(error: Error | null): void {
    this.chunks.fail(error ?? new Error("the connection ended"));
  }

  execute(_packet: AnswerPacket | undefined, connection: RawConnection): boolean {
    connection.packetParser = { execute: (chunk) => this.chunks.add(chunk) };
    this.send(connection);
    return false;
  }
}

/** COM_REGISTER_SLAVE makes this reader visible in SHOW REPLICAS. */
function registerCommand(serverId: number): Buffer {
  const payload = Buffer.alloc(18);
  payload[0] = 0x15;
  payload.writeUInt32LE(serverId, 1);
  return payload;
}
