/**
 * Aborts at SIGTERM or SIGINT, and when the process of Sluice that started this one is gone, so that everything below drains (invariant 7).
 * A second signal ends the process at once.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(name === "SIGINT" ? 130 : 143);
    controller.abort(new Stopped(name));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // A service must not outlive a `start` that was killed: it would hold its ports and its store.
  process.once("disconnect", () => controller.abort(new Stopped("the end of the process that started it")));
  return controller.signal;
}

/** The reason of a stop that a person or a process asked for. */
export class Stopped extends Error {
  override readonly name = "Stopped";
  constructor(by: string) {
    super(`stopped by ${by}`);
  }
}

/** Resolves when `signal` aborts. */
export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
