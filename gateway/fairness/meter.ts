import type { FieldNode } from "graphql";
import { badUserInput, refusing } from "../graphql/errors.js";
import type { Budgets } from "./budgets.js";

/** What a list was expected to hold, and what each of its entries costs with all that is below it. */
export interface ExpectedList {
  readonly entries: number;
  readonly each: number;
}

/** What an operation was expected to cost, before anything was read. */
export interface Estimate {
  readonly points: number;
  /** By the place of the list in the operation. */
  readonly lists: ReadonlyMap<FieldNode, ExpectedList>;
}

/** `extensions.cost` of an answer, in points. */
export interface Bill {
  /** What the operation was expected to cost. */
  readonly requested: number;
  /** What it did cost. */
  readonly charged: number;
  /** What is left of the viewer's budget. */
  readonly available: number;
}

/** What any request costs, also one that cannot be understood. */
const requestPoints = 10;

/**
 * What one operation costs: the estimate, corrected by every list that was read, so it is exact once all are. The estimate is taken
 * from the viewer's budget before anything is read. An operation that turns out dearer than the maximum is stopped.
 */
export class Meter {
  private lists: Estimate["lists"] = new Map();
  private requested = 0;
  private taken = 0;
  private spent = requestPoints;
  private closed = false;

  /** @throws RATE_LIMITED */
  constructor(
    private readonly viewer: string,
    private readonly budgets: Budgets,
    private readonly most: number,
    private readonly stop: AbortController,
  ) {
    this.take(requestPoints);
  }

  get points(): number {
    return this.spent;
  }

  /** @throws RATE_LIMITED, BAD_USER_INPUT when it is more than any operation may cost */
  expect({ points, lists }: Estimate): void {
    if (points + requestPoints > this.most) throw this.tooDear("may cost", points + requestPoints);
    this.take(points);
    this.spent += points;
    this.requested = this.spent;
    this.lists = lists;
  }

  /** A list holds so many entries. */
  listed(nodes: readonly FieldNode[], entries: number): void {
    for (const node of nodes) {
      const expected = this.lists.get(node);
      if (expected) this.charge((entries - expected.entries) * expected.each);
    }
  }

  /** Work that shows in no field. */
  charge(points: number): void {
    this.spent += points;
    if (points > 0 && this.spent > this.most && !this.stop.signal.aborted) this.stop.abort(this.tooDear("has come to cost", this.spent));
  }

  /** Settles with the viewer's budget, once. */
  close(): Bill {
    if (!this.closed) this.budgets.settle(this.viewer, this.spent - this.taken);
    this.closed = true;
    return { requested: this.requested, charged: this.spent, available: this.budgets.available(this.viewer) };
  }

  private take(points: number): void {
    this.budgets.take(this.viewer, points);
    this.taken += points;
  }

  private tooDear(does: "may cost" | "has come to cost", points: number) {
    const remedy = "Ask for smaller pages (first, last) or fewer levels";
    return refusing(badUserInput(`the operation ${does} ${points} points; at most ${this.most} are allowed. ${remedy}`), 400);
  }
}
