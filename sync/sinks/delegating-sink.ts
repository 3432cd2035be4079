import type { Catalog } from "../../schema/catalog.js";
import type { Change, Rejection } from "../../schema/change.js";
import type { Entity } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";
import type { Generation } from "../../schema/generation.js";
import type { KeyRange, Progress, Version } from "../../schema/position.js";
import type { DeadLetter, DeadLetters, LetterHead, TableSink, Versioned, Writer } from "../../stores/ports.js";

/** The operations of a sink, as the log and status name them. */
export type Operation = "look for tables" | "prepare" | "write" | "sweep" | "find rows" | "rebuild a lookup" | "read progress"
  | "store progress" | "read the generation" | "store the generation" | "park dead letters" | "list dead letters" | "read dead letters"
  | "count dead letters" | "settle dead letters";

type Letter = Pick<DeadLetter, "entity" | "key" | "version">;

/**
 * A table sink around another: every call, those of its writers too, goes through `through`. So a wrapper overrides that one method, or the
 * few calls it changes.
 * Only this class lists the members of a sink, so no wrapper can lose one, the optional `rebuild` included.
 */
export abstract class DelegatingSink implements TableSink {
  readonly shape = "table";
  readonly deadLetters: DeadLetters = {
    park: (rejections) => this.park(rejections),
    list: (limit) => this.through("list dead letters", ({ deadLetters }) => deadLetters.list(limit)),
    all: () => this.letters(),
    of: (entity, keys) => this.through("read dead letters", ({ deadLetters }) => deadLetters.of(entity, keys)),
    count: () => this.through("count dead letters", ({ deadLetters }) => deadLetters.count()),
    settle: (letters) => this.settle(letters),
  };

  /** The sink that this one wraps; null while there is none yet. */
  protected abstract readonly inner: TableSink | null;

  constructor(readonly name: string) {}

  get lingerMs(): number {
    return this.inner?.lingerMs ?? 0;
  }

  get rebuild(): TableSink["rebuild"] {
    if (!this.inner?.rebuild) return undefined;
    return (entity, lookup) => this.through("rebuild a lookup", (sink) => sink.rebuild!(entity, lookup));
  }

  /** Makes the call. `signal` is the one that a write was given. */
  protected through<T>(_operation: Operation, call: (sink: TableSink) => Promise<T>, _signal?: AbortSignal): Promise<T> {
    return call(this.inner!);
  }

  absent(entities: readonly Entity[]): Promise<readonly Entity[]> {
    return this.through("look for tables", (sink) => sink.absent(entities));
  }

  async prepare(catalog: Catalog): Promise<Writer> {
    const writer = await this.prepared(catalog);
    return { write: (changes, signal) => this.write(writer, changes, signal) };
  }

  /** The writer of the inner sink. */
  protected prepared(catalog: Catalog): Promise<Writer> {
    return this.through("prepare", (sink) => sink.prepare(catalog));
  }

  /** Writes with a writer of the inner sink. */
  protected write(writer: Writer, changes: readonly Change[], signal: AbortSignal): Promise<readonly Rejection[]> {
    return this.through("write", () => writer.write(changes, signal), signal);
  }

  sweep(entity: Entity, olderThan: Version, within: KeyRange): Promise<void> {
    return this.through("sweep", (sink) => sink.sweep(entity, olderThan, within));
  }

  rowsHolding(
    entity: Entity, fields: readonly string[], values: readonly (readonly Value[])[], most: number,
  ): Promise<readonly Versioned[] | null> {
    return this.through("find rows", (sink) => sink.rowsHolding(entity, fields, values, most));
  }

  progress(): Promise<Progress | null> {
    return this.through("read progress", (sink) => sink.progress());
  }

  generation(): Promise<Generation | null> {
    return this.through("read the generation", (sink) => sink.generation());
  }

  storeGeneration(generation: Generation): Promise<void> {
    return this.through("store the generation", (sink) => sink.storeGeneration(generation));
  }

  storeProgress(progress: Progress): Promise<void> {
    return this.through("store progress", (sink) => sink.storeProgress(progress));
  }

  protected park(rejections: readonly Rejection[]): Promise<void> {
    return this.through("park dead letters", ({ deadLetters }) => deadLetters.park(rejections));
  }

  protected settle(letters: readonly Letter[]): Promise<number> {
    return this.through("settle dead letters", ({ deadLetters }) => deadLetters.settle(letters));
  }

  protected async *letters(): AsyncGenerator<readonly LetterHead[]> {
    yield* await this.through("list dead letters", async ({ deadLetters }) => deadLetters.all());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.inner?.[Symbol.asyncDispose]();
  }
}
