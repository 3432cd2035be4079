/** Where a service listens that another process of Sluice started. A port that was 0 is the one it got. */
export interface Addresses {
  /** The URL of /metrics, /health and /live. */
  readonly operationsUrl: string;
  /** The URL of the API; only the gateway has one. */
  readonly url?: string;
}

/** Tells the addresses to the process that started this one, if that is one of Sluice's. */
export function tellStarter(addresses: Addresses): void {
  if (process.connected) process.send?.(addresses);
}
