import type { Commit } from "../../schema/change.js";
import { isWhole, type Position, type Progress } from "../../schema/position.js";
import type { TableSink } from "../../stores/ports.js";
import type { PipelineState } from "../state/state.js";
import type { Copies } from "./copies.js";

/** How often progress is stored at most. */
export interface Pace {
  /** Under load, however many transactions end. */
  readonly busyMs: number;
  /** When nothing changes, and only the moment until which the sink is current moves on. */
  readonly idleMs: number;
}

/**
 * Knows how far a sink has come, and stores that. Batches reach it in their order, and only once they are settled (invariant 1).
 * Its positions are those of commits (invariant 5), so what it stores only grows (invariant 2). It stores beside the writes: no batch waits
 * for it, and at most one storing is on its way.
 */
export class ProgressWriter implements AsyncDisposable {
  #position: Position;
  #currentAt: number;
  #stored: Progress;
  readonly #generation: Pick<Progress, "generation">;
  #storedAt = -Infinity;
  #storing: Promise<void> | null = null;
  #due: NodeJS.Timeout | undefined;
  #closed = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(
    readonly sink: TableSink, readonly state: PipelineState, readonly pace: Pace, readonly copies: Copies,
    { position, currentAt, generation }: Progress,
  ) {
    this.#position = position;
    this.#currentAt = currentAt;
    this.#generation = generation ? { generation } : {};
    this.#stored = { position, currentAt, copied: copies.copied };
    this.#show();
  }

  /** A table's copy went on. */
  moved(): void {
    this.#plan();
  }

  /** A batch is settled. @throws what the last storing failed with */
  async settled({ commit, idleAt }: { readonly commit: Commit | null; readonly idleAt: number | null }): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    if (commit) this.#position = commit.position;
    this.#currentAt = Math.max(this.#currentAt, commit ? Math.floor(commit.committedAt / 1000) : 0, idleAt ?? 0);
    this.#plan();
  }

  /** Ends the writer: resolves when all that is settled is stored. @throws what storing failed with */
  async store(): Promise<void> {
    await this[Symbol.asyncDispose]();
    if (!this.#failure && this.#hasMoved) await this.#begin();
    if (this.#failure) throw (this.#failure as { readonly error: unknown }).error;
  }

  /**
   * After this, nothing is on its way to the sink, whatever the pipeline reports. By then another process
   * may be saying how far the sink is (invariant 2).
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#due);
    await this.#storing;
  }

  get #hasMoved(): boolean {
    return this.#moves || this.#currentAt !== this.#stored.currentAt;
  }

  get #moves(): boolean {
    return this.#position !== this.#stored.position || this.copies.copied !== this.#stored.copied;
  }

  #plan(): void {
    clearTimeout(this.#due);
    if (this.#closed || this.#storing || !this.#hasMoved) return;
    const waitMs = this.#storedAt + (this.#moves ? this.pace.busyMs : this.pace.idleMs) - performance.now();
    if (waitMs <= 0) void this.#begin();
    else this.#due = setTimeout(() => void this.#begin(), waitMs);
  }

  #begin(): Promise<void> {
    this.#storing = this.#store().then(() => {
      this.#storing = null;
      this.#plan();
    }, (error: unknown) => {
      this.#storing = null;
      this.#failure = { error };
    });
    return this.#storing;
  }

  async #store(): Promise<void> {
    const now = { position: this.#position, currentAt: this.#currentAt, ...this.#generation, copied: this.copies.copied };
    await this.sink.storeProgress(now);
    this.#stored = now;
    this.#storedAt = performance.now();
    this.#show();
  }

  #show(): void {
    const { position, currentAt } = this.#stored;
    this.state.apply({ kind: "progress stored", position, currentAt: isWhole(this.#stored) ? currentAt : null });
  }
}
