import type { Access } from "./access.js";
import { Reading } from "./reading.js";

/** Connections for statements that read side by side. Each serves one statement at a time, and is kept for the next. */
export class Readings implements AsyncDisposable {
  readonly #idle: Reading[] = [];

  constructor(readonly access: Access) {}

  async *with<T>(use: (reading: Reading) => AsyncIterable<T>): AsyncGenerator<T> {
    const reading = this.#idle.pop() ?? new Reading(this.access.url, this.access);
    try {
      yield* use(reading);
    } finally {
      this.#idle.push(reading);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((reading) => reading[Symbol.asyncDispose]()));
  }
}
