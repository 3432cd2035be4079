/** The exit codes of a process that a second signal ended, as shells write them. */
export const secondSignalCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Aborts at SIGTERM or SIGINT, and when the process of Sluice that started this one is gone, so that everything below drains (invariant 7).
 * A second signal ends the process at once.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (name: keyof typeof secondSignalCodes) => {
    if (controller.signal.aborted) process.exit(secondSignalCodes[name]);
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
