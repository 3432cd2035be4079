/** Where a service that another process of ours started is to be found; a port that was 0 is the one it got. */
export interface Addresses {
  /** Of /metrics, /health and /live. */
  readonly operationsUrl: string;
  /** Of the API; only the gateway has one. */
  readonly url?: string;
}

/** Tells the process that started this one, if one of ours did. */
export function tellStarter(addresses: Addresses): void {
  if (process.connected) process.send?.(addresses);
}
