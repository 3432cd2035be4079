import { isDeepStrictEqual } from "node:util";
import { EventDecoder } from "../../../../../sync/mysql/binlog/decoder.js";
import { BinlogError } from "../../../../../sync/mysql/binlog/errors.js";
import type { BinlogEvent } from "../../../../../sync/mysql/binlog/event.js";
import { EventType } from "../../../../../sync/mysql/binlog/events/event-type.js";

/** The result of an input: nothing, the named error it ended in, or something that must never happen. */
export interface Verdict { readonly refusal?: BinlogError; readonly wrong?: string }

/** Decodes the events twice, between different bytes, because their surroundings must not matter. */
export function judge(events: readonly Buffer[], mariadb: boolean): Verdict {
  const first = outcome(events, mariadb, 0x00), second = outcome(events, mariadb, 0xff);
  if (first instanceof Error && !(first instanceof BinlogError)) return { wrong: `it ended in ${first.stack}` };
  if (!same(first, second)) return { wrong: "bytes outside the event were read" };
  return first instanceof BinlogError ? { refusal: first } : {};
}

/**
 * Measures the bytes `work` took, in the heap and in buffers, and its processor time, both from just before.
 * So neither earlier work in this process nor other processes on the machine count.
 */
export function taking<T>(work: () => T): { readonly result: T; readonly bytes: number; readonly milliseconds: number } {
  const before = process.memoryUsage(), began = process.cpuUsage();
  const result = work(), { user, system } = process.cpuUsage(began), after = process.memoryUsage();
  const bytes = Math.max(after.heapUsed - before.heapUsed, 0) + Math.max(after.arrayBuffers - before.arrayBuffers, 0);
  return { result, bytes, milliseconds: (user + system) / 1000 };
}

/** The name of a refusal and its reason without numbers, which an input of `inputs/` must end in. */
export function kindOf(refusal: BinlogError | undefined): string {
  if (!refusal) return "decodes";
  const { reason } = refusal as { readonly reason?: string };
  return `${refusal.name} ${(reason ?? "").replace(/[0-9]+/g, "n").replace(/'[^']*'|"[^"]*"/g, "q").slice(0, 70)}`.trim();
}

/** Writes an input as a file of `inputs/`: what it ends in, the server, an event a line. */
export function shown(events: readonly Buffer[], mariadb: boolean, kind = "decodes"): string {
  return [kind, mariadb ? "mariadb" : "mysql", ...events.map((event) => event.toString("hex"))].join("\n");
}

/** What the events decode to between bytes of this value, or the error. */
export function outcome(events: readonly Buffer[], mariadb: boolean, around: number): BinlogEvent[] | Error {
  const decoder = new EventDecoder({ file: "binlog.000001", offset: 4 }, 0, () => true), out: BinlogEvent[] = [];
  decoder.log.serverVersion = mariadb ? "10.11.6-MariaDB" : "9.0.0";
  try {
    for (const event of events) {
      const bytes = Buffer.concat([Buffer.alloc(64, around), event, Buffer.alloc(64, around)]);
      if (event[4] === EventType.TransactionPayload) for (const part of decoder.expand(bytes, 64, 64
        + event.length)) out.push(...part as BinlogEvent[]);
      else decoder.decode(bytes, 64, 64 + event.length, out);
    }
    return out;
  } catch (error) {
    return error as Error;
  }
}

function same(first: BinlogEvent[] | Error, second: BinlogEvent[] | Error): boolean {
  return first instanceof Error ? second instanceof Error && second.constructor === first.constructor : isDeepStrictEqual(first, second);
}

export function damage(event: Buffer, all: readonly Buffer[], random: (below: number) => number): Buffer {
  let bytes = Buffer.from(event);
  switch (random(4)) {
    case 0: bytes = bytes.subarray(0, random(bytes.length)); break;
    case 1: for (let n = 1 + random(4); n > 0; n--) bytes[19 + random(Math.max(bytes.length - 19, 1))] = [
      0, 0xff, 1 << random(8), random(256),
    ][random(4)]!; break;
    case 2: { const other = all[random(all.length)]!; bytes = Buffer.concat([
      bytes.subarray(0, random(bytes.length)), other.subarray(random(other.length)),
    ]); break; }
    case 3: { const at = random(bytes.length); bytes = Buffer.concat([
      bytes.subarray(0, at), Buffer.alloc(random(10), [0, 0xff, random(256)][random(3)]), bytes.subarray(at),
    ]); break; }
  }
  if (bytes.length >= 13 && random(20) > 0) bytes.writeUInt32LE(bytes.length, 9);
  return bytes;
}

/** mulberry32: the same seed, the same damage. */
export function generator(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let n = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n;
    return ((n ^ (n >>> 14)) >>> 0) % below;
  };
}
