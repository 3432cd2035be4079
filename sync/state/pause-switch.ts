/** `pause`: read no more, and settle what is being written. `drain`: also write what was read. Both store the position. */
export type PauseCommand = "run" | "pause" | "drain";

/** What an operator wants of one pipeline; the last command decides. A pipeline begins open, also after a restart. */
export class PauseSwitch {
  #command: PauseCommand = "run";
  #closing = new AbortController();
  #isResting = false;
  #wake: (() => void)[] = [];
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
    this.#notify();
  }

  /** For a pipeline with nothing under way: resolves when the switch is open, or `stop` aborts. Then `onRest` is called with null. */
  async opened(stop: AbortSignal, onRest: (rest: "paused" | "drained" | null) => void): Promise<void> {
    const wake = () => this.#notify();
    stop.addEventListener("abort", wake, { once: true });
    while (this.#command !== "run" && !stop.aborted) {
      onRest(this.#command === "pause" ? "paused" : "drained");
      this.#isResting = true;
      this.#notify();
      await this.#changed();
    }
    this.#isResting = false;
    onRest(null);
    this.#notify();
    stop.removeEventListener("abort", wake);
  }

  /** For a pipeline that is down: resolves when an operator asks it to run, after `withinMs`, or when `stop` aborts. */
  async askedToRun(stop: AbortSignal, withinMs: number | null): Promise<void> {
    const [asked, wake, late] = [this.#runs, () => this.#notify(), performance.now() + (withinMs ?? Infinity)];
    const timer = withinMs === null ? undefined : setTimeout(wake, withinMs + 1);
    stop.addEventListener("abort", wake, { once: true });
    while (this.#runs === asked && !stop.aborted && performance.now() < late) await this.#changed();
    clearTimeout(timer);
    stop.removeEventListener("abort", wake);
  }

  /** Whether the pipeline is at rest (or not); waits for it at most `withinMs`. */
  async reached(rest: boolean, withinMs: number): Promise<boolean> {
    const late = Date.now() + withinMs;
    const timer = setTimeout(() => this.#notify(), withinMs + 1);
    while (this.#isResting !== rest && Date.now() <= late) await this.#changed();
    clearTimeout(timer);
    return this.#isResting === rest;
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
