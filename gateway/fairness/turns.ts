import { rateLimited } from "../graphql/errors.js";

export interface TurnLimits {
  /** Operations of one viewer that may be under way. */
  readonly atOnce: number;
  /** Points from which on those under way are enough, however few they are. */
  readonly points: number;
  /** Operations of one viewer that may wait. */
  readonly waiting: number;
}

/** What an operation under way has cost so far. */
type Points = () => number;

interface Waiting {
  readonly points: Points;
  enter(): void;
}

interface Line {
  readonly underWay: Set<Points>;
  readonly waiting: Waiting[];
}

/**
 * Lets operations begin. One viewer's wait for one another; viewers never wait for one another: they take turns, one beginning in each
 * turn of the event loop, so that between two of one viewer's the others are heard.
 */
export class Turns {
  /** In the order in which viewers have their turns. One that has nothing under way and nothing waiting is not kept. */
  private readonly lines = new Map<string, Line>();
  private begun = false;

  constructor(private readonly limits: TurnLimits) {}

  /**
   * Waits for the viewer's turn; the function it gives ends the turn.
   * @throws RATE_LIMITED when too many wait already, the signal's reason when it aborts
   */
  async enter(viewer: string, points: Points, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const line = this.lineOf(viewer);
    if (this.begun || line.waiting.length > 0 || !this.hasRoom(line)) await this.wait(viewer, line, points, signal);
    else this.begin(line, points);
    return () => this.leave(viewer, line, points);
  }

  private async wait(viewer: string, line: Line, points: Points, signal: AbortSignal): Promise<void> {
    const { waiting } = line;
    // Those for which there is room wait for a turn of the event loop only.
    const soon = this.hasRoom(line) ? this.limits.atOnce - line.underWay.size : 0;
    if (waiting.length >= this.limits.waiting + soon) {
      throw rateLimited(`${waiting.length} of your operations wait already; send fewer at once`, 1);
    }
    await new Promise<void>((resolve, reject) => {
      const entry: Waiting = {
        points,
        enter() {
          signal.removeEventListener("abort", giveUp);
          resolve();
        },
      };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(entry), 1);
        this.forgetIfIdle(viewer, line);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      waiting.push(entry);
      this.proceed();
    });
  }

  private begin(line: Line, points: Points): void {
    line.underWay.add(points);
    if (this.begun) return;
    this.begun = true;
    setImmediate(() => {
      this.begun = false;
      this.proceed();
    });
  }

  /** The next viewer whose turn it is, if none began in this turn of the event loop. */
  private proceed(): void {
    if (this.begun) return;
    for (const [viewer, line] of this.lines) {
      if (line.waiting.length === 0 || !this.hasRoom(line)) continue;
      const next = line.waiting.shift()!;
      this.lines.delete(viewer);
      this.lines.set(viewer, line);
      this.begin(line, next.points);
      next.enter();
      return;
    }
  }

  private leave(viewer: string, line: Line, points: Points): void {
    line.underWay.delete(points);
    this.forgetIfIdle(viewer, line);
    this.proceed();
  }

  private forgetIfIdle(viewer: string, line: Line): void {
    if (line.underWay.size === 0 && line.waiting.length === 0 && this.lines.get(viewer) === line) this.lines.delete(viewer);
  }

  private hasRoom({ underWay }: Line): boolean {
    let points = 0;
    for (const of of underWay) points += of();
    return underWay.size === 0 || (underWay.size < this.limits.atOnce && points < this.limits.points);
  }

  private lineOf(viewer: string): Line {
    const known = this.lines.get(viewer);
    if (known) return known;
    const line: Line = { underWay: new Set(), waiting: [] };
    this.lines.set(viewer, line);
    return line;
  }
}
