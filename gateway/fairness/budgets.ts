import { rateLimited } from "../graphql/errors.js";

export interface BudgetLimits {
  /** Most points a viewer can have saved. */
  readonly most: number;
  readonly perSecond: number;
}

interface Bucket {
  points: number;
  /** Milliseconds of the monotonic clock. */
  at: number;
}

const maxBuckets = 10_000;

/**
 * What each viewer may still spend: a bucket that fills as time passes. It is this process's own; behind several gateways a viewer has one
 * in each.
 */
export class Budgets {
  /** The viewer that spent last is last, so that the first is the one to forget: it is the most likely to be full again. */
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly limits: BudgetLimits, private readonly now: () => number = () => performance.now()) {}

  available(viewer: string): number {
    return Math.floor(this.bucketOf(viewer).points);
  }

  /** @throws RATE_LIMITED that says when there will be enough */
  take(viewer: string, points: number): void {
    const bucket = this.bucketOf(viewer);
    if (bucket.points < points) {
      const seconds = Math.max(1, Math.ceil((points - bucket.points) / this.limits.perSecond));
      throw rateLimited(`the operation may cost ${points} points, and ${Math.max(0, Math.floor(bucket.points))} are left of your budget; `
        + `it grows by ${this.limits.perSecond} a second`, seconds);
    }
    bucket.points -= points;
  }

  /** What turned out to be more, or less, than was taken. It may leave a debt. */
  settle(viewer: string, points: number): void {
    const bucket = this.bucketOf(viewer);
    bucket.points = Math.min(this.limits.most, bucket.points - points);
  }

  private bucketOf(viewer: string): Bucket {
    const { most, perSecond } = this.limits;
    const now = this.now();
    const known = this.buckets.get(viewer);
    const points = known ? known.points + ((now - known.at) / 1000) * perSecond : most;
    const bucket = { points: Math.min(most, points), at: now };
    this.buckets.delete(viewer);
    this.buckets.set(viewer, bucket);
    if (this.buckets.size > maxBuckets) this.buckets.delete(this.buckets.keys().next().value!);
    return bucket;
  }
}
