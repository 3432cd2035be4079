/** Lets `places` tasks in at once; the others wait in order. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #next = 0;

  constructor(private places: number) {}

  enter(): Promise<void> | void {
    if (this.places > 0) {
      this.places--;
      return;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting[this.#next];
    if (!next) {
      this.places++;
      return;
    }
    // The queue is cut now and then, because each shift of a long array costs its length.
    if (++this.#next === 1024 || this.#next === this.#waiting.length) this.#waiting.splice(0, this.#next), (this.#next = 0);
    next();
  }
}
