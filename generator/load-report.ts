/** How far a fill or a stream has come. */
export interface LoadReport {
  /** Rows of a fill, transactions of a stream. */
  readonly done: number;
  /** Null for a stream that goes on until it is stopped. */
  readonly total: number | null;
  /** Per second, over the last second or so. */
  readonly rate: number;
  /** How late the newest transaction of a stream began; it grows when the database cannot keep up with the rate. */
  readonly behindMs: number;
}

const everyMs = 200;
const windowMs = 1_000;

/** Passes on at most five reports a second, with the rate worked out. */
export function reporter(total: number | null, onProgress: (progress: LoadReport) => void): (done: number, behindMs?: number) => void {
  const marks: { readonly at: number; readonly done: number }[] = [{ at: performance.now(), done: 0 }];
  return (done, behindMs = 0) => {
    const at = performance.now();
    if (at - marks.at(-1)!.at < everyMs && done !== total) return;
    while (marks.length > 1 && at - marks[1]!.at >= windowMs) marks.shift();
    const since = marks[0]!;
    marks.push({ at, done });
    onProgress({ done, total, rate: ((done - since.done) * 1_000) / Math.max(1, at - since.at), behindMs });
  };
}
