import { Notifier } from "../../runtime/notifier.js";

/** `pause`: read no more, and settle what is being written. `drain`: also write what was read. Both store the position. */
export type PauseCommand = "run" | "pause" | "drain";

/** What an operator wants of one pipeline; the last command decides. A pipeline begins open, also after a restart. */
export class PauseSwitch {
  #command: PauseCommand = "run";
  #closing = new AbortController();
  #isResting = false;
  readonly #changes = new Notifier();
  #runs = 0;

  get command(): PauseCommand {
    return this.#command;
  }

  /** Aborts when the pipeline must come to rest. Each time the switch was opened, it is another signal. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  ask(command: PauseCommand): void {
    if (command === "run" && this.#command !== "run") this.#closing = new AbortController();
    this.#command = command;
    if (command === "run") this.#runs++;
    if (command !== "run") this.#closing.abort();
    this.#changes.notify();
  }

  /** For a pipeline with nothing under way: resolves when the switch is open, or `stop` aborts. Then `onRest` is called with null. */
  async opened(stop: AbortSignal, onRest: (rest: "paused" | "drained" | null) => void): Promise<void> {
    while (this.#command !== "run" && !stop.aborted) {
      const asked = this.#command;
      onRest(asked === "pause" ? "paused" : "drained");
      this.#isResting = true;
      this.#changes.notify();
      await this.#changes.until(() => this.#command !== asked, stop);
    }
    this.#isResting = false;
    onRest(null);
    this.#changes.notify();
  }

  /** For a pipeline that is down: resolves when an operator asks it to run, after `withinMs`, or when `stop` aborts. */
  async askedToRun(stop: AbortSignal, withinMs: number | null): Promise<void> {
    const asked = this.#runs;
    await this.#changes.until(() => this.#runs !== asked, stop, withinMs);
  }

  /** Whether the pipeline is at rest (or not); waits for it at most `withinMs`. */
  reached(rest: boolean, withinMs: number): Promise<boolean> {
    return this.#changes.until(() => this.#isResting === rest, null, withinMs);
  }
}
