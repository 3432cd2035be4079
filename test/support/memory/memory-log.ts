import type { Change, Commit, Rejection, Truncate } from "../../../schema/change.js";
import { type Key, keyText, type Row } from "../../../schema/entity.js";
import type { Progress } from "../../../schema/position.js";
import type { LogEntry, LogSink } from "../../../stores/log-sink.js";
import { type DeadLetter, type DeadLetters, Retriable } from "../../../stores/ports.js";

/** What a reader of a partition gets. A truncate and a commit stand in every partition. */
export interface LogRecord {
  readonly partition: number;
  readonly entry: Change | Truncate | Commit;
}

const partitions = 3;

export function partitionOf({ entity, key }: { readonly entity: string; readonly key: Key }): number {
  return [...`${entity} ${keyText(key)}`].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % partitions;
}

const nameOf = ({ entity, key }: { readonly entity: string; readonly key: Key }) => `${entity}\0${keyText(key)}`;

/** A log as its servers keep it: it outlives its writers. */
export class MemoryLogDisk {
  /** What readers of committed records see, oldest first. */
  readonly records: LogRecord[] = [];
  readonly letters = new Map<string, DeadLetter>();
  progress: Progress | null = null;
  /** Of the writer that began last: every earlier one is fenced. */
  epoch = 0;

  /** Makes records, letters and progress visible together. */
  commit(records: readonly LogRecord[], letters: readonly (() => void)[], progress: Progress): void {
    this.records.push(...records);
    for (const change of letters) change();
    this.progress = structuredClone(progress);
  }
}

/** How things go wrong. It is asked before each effect, and may wait, throw `Retriable`, or throw something fatal. */
export interface LogWeather {
  before(what: "begin" | "record" | "commit" | "answer" | "letters"): Promise<void>;
}

/** A writer of a log in memory, which ends a transaction in one step as Kafka does. */
export class MemoryLog implements LogSink {
  readonly name = "memory";
  readonly shape = "log";
  readonly lingerMs = 0;
  readonly deadLetters: DeadLetters;
  #epoch = -1;
  /** Only between `begin` and the next failure. */
  #isReady = false;
  #records: LogRecord[] = [];
  #letters: (() => void)[] = [];

  constructor(readonly disk: MemoryLogDisk, readonly refuses: (row: Row) => string | null, readonly weather: LogWeather) {
    const { letters } = disk;
    const held = async <T>(work: () => T): Promise<T> => {
      await weather.before("letters");
      return work();
    };
    this.deadLetters = {
      park: (rejections) => held(() => { for (const each of rejections) this.#put(each); }),
      list: (limit) => held(() => [...letters.values()].slice(0, limit)),
      all: async function* all() { yield await held(() => [...letters.values()]); },
      of: (entity, keys) => held(() => keys.map((key) => letters.get(nameOf({ entity, key })) ?? null)),
      count: () => held(() => letters.size),
      settle: (settled) => held(() => settled.filter((letter) => {
        const is = (letters.get(nameOf(letter))?.version ?? Infinity) <= letter.version;
        return is && letters.delete(nameOf(letter));
      }).length),
    };
  }

  async begin(): Promise<Progress | null> {
    this.#isReady = false;
    await this.weather.before("begin");
    this.#epoch = ++this.disk.epoch;
    [this.#records, this.#letters, this.#isReady] = [[], [], true];
    return structuredClone(this.disk.progress);
  }

  async append(group: readonly LogEntry[], progress: Progress | null, signal: AbortSignal): Promise<readonly Rejection[]> {
    if (!this.#isReady) throw new Error("an append before the log began again, or beside another append");
    this.#isReady = false;
    signal.throwIfAborted();
    const rejections: Rejection[] = [];
    for (const entry of group) {
      await this.weather.before("record");
      this.#take(entry, rejections);
    }
    if (progress) {
      await this.weather.before("commit");
      this.#mustBeLast();
      this.disk.commit(this.#records.splice(0), this.#letters.splice(0), progress);
      await this.weather.before("answer");
    }
    this.#mustBeLast();
    this.#isReady = true;
    return rejections;
  }

  async progress(): Promise<Progress | null> {
    return structuredClone(this.disk.progress);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isReady = false;
  }

  #mustBeLast(): void {
    if (this.#epoch !== this.disk.epoch) throw new Retriable("appending", new Error("another writer has fenced this one"));
  }

  #take(entry: LogEntry, rejections: Rejection[]): void {
    switch (entry.op) {
      case "commit": return this.#everywhere(entry);
      case "truncate":
        this.#letters.push(() => {
          for (const [name, { entity, version }] of this.disk.letters) {
            if (entity === entry.entity && version < entry.version) this.disk.letters.delete(name);
          }
        });
        return this.#everywhere(entry);
      case "unheld": return this.#refuse({ ...entry, change: null }, rejections);
      case "read": case "create": case "update": case "delete": {
        const { entity, key, version, after } = entry, reason = after && this.refuses(after);
        if (reason) return this.#refuse({ entity, key, version, reason, change: entry }, rejections);
        this.#records.push({ partition: partitionOf(entry), entry });
        this.#letters.push(() => {
          const letter = this.disk.letters.get(nameOf(entry));
          if (letter && letter.version < version) this.disk.letters.delete(nameOf(entry));
        });
        return;
      }
      default: return entry satisfies never;
    }
  }

  #everywhere(entry: Truncate | Commit): void {
    for (let partition = 0; partition < partitions; partition++) this.#records.push({ partition, entry });
  }

  #refuse({ entity, key, version, reason, change }: Rejection, rejections: Rejection[]): void {
    const rejection = { entity, key, version, reason, change };
    rejections.push(rejection);
    const gone: Change = { op: "delete", entity, key, before: null, after: null, version };
    this.#records.push({ partition: partitionOf(rejection), entry: gone });
    this.#letters.push(() => this.#put(rejection));
  }

  #put(rejection: Rejection): void {
    const held = this.disk.letters.get(nameOf(rejection));
    if (!held || held.version < rejection.version) this.disk.letters.set(nameOf(rejection), { ...rejection, parkedAt: Date.now() });
  }
}
