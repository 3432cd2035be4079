import { type Cursor, uint32 } from "./cursor.js";
import { MalformedEvent } from "./errors.js";
import type { FileOffset } from "./event.js";
import { Checksums } from "./events/checksums.js";
import { type Format, readFormat } from "./events/format.js";

/** The log file that is being read: its name, how far it was read, and what its format event says of the events after it. */
export class LogFile implements FileOffset {
  file: string;
  offset: number;
  serverVersion = "";
  readonly #checksums: Checksums;
  #hasChecksums: boolean;

  /**
   * `gap`: how many bytes stand between one event and the next; see Checksums. `hasChecksums` holds for the events before a format event.
   */
  constructor(start: FileOffset, gap: number, hasChecksums: boolean) {
    this.file = start.file;
    this.offset = start.offset;
    this.#checksums = new Checksums(gap);
    this.#hasChecksums = hasChecksums;
  }

  get isMariadb(): boolean { return this.serverVersion.includes("MariaDB"); }

  /** Goes to the event in bytes[start, end), and returns its type. Its head may be damaged, but the event is as long as the head says. */
  enter(bytes: Buffer, start: number, end: number): number {
    if (end - start < 19) throw new MalformedEvent(`an event of ${end - start} bytes, less than its header`);
    this.#moveTo(uint32(bytes, start + 13));
    const size = uint32(bytes, start + 9);
    if (size !== end - start) throw new MalformedEvent(`an event of ${end - start} bytes whose header says ${size}`);
    return bytes[start + 4]!;
  }

  /** An artificial event (position 0) was never in the file. Logged positions have 32 bits, but a file may be longer. */
  #moveTo(logged: number): void {
    if (logged === 0) return;
    if (logged >= this.offset) { this.offset = logged; return; }
    const turns = Math.floor(this.offset / 2 ** 32), low = this.offset % 2 ** 32;
    this.offset = logged + (logged + 2 ** 31 < low ? turns + 1 : turns) * 2 ** 32;
  }

  /** Where the event's body ends. @throws MalformedEvent when its checksum is wrong */
  bodyEnd(bytes: Buffer, start: number, end: number): number {
    if (!this.#hasChecksums) return end;
    if (!this.#checksums.isRight(bytes, start, end)) throw new MalformedEvent("its checksum does not match");
    return end - 4;
  }

  /** Reads the format event, which tells how to read the events after it. */
  begin(bytes: Buffer, start: number, end: number): Format {
    const format = readFormat(bytes, start, end);
    this.serverVersion = format.serverVersion;
    this.#hasChecksums = format.checksum;
    return format;
  }

  /** Goes to the file that a rotate event names. */
  rotate(event: Cursor): void {
    const offset = event.u64();
    this.file = event.utf8(event.left);
    this.offset = offset;
  }
}
