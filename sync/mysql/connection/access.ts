import { inALine, PreflightFailed } from "../../../runtime/findings.js";
import { deniedBy, mayPass } from "../../../runtime/mysql/lost.js";
import { mysqlPlace, mysqlProblem } from "../../../runtime/mysql/mysql.js";
import type { FeedLockEvent } from "../../source.js";
import { AccessDenied } from "../binlog/errors.js";
import { ConnectionLost } from "../binlog/wire/refusal.js";

/** The connections of one source. Each may break, or be refused, by itself. */
export type Purpose = "lock" | "log" | "tables";

/**
 * What keeps a source from being read, reported as one for all its connections: that of the log may be refused, by a password that was
 * changed,
 * while that of the feed lock still stands. `hasAnswered`: the server let this process in before, so that it will be let in again.
 */
export class Access {
  readonly #silent = new Map<Purpose, string>();
  #onEvent: (event: FeedLockEvent) => void = () => undefined;

  constructor(readonly url: URL, readonly hasAnswered = false) {}

  /** Whom to tell, from now on. Given back: what the connection of the feed lock tells. */
  observed(onEvent: (event: FeedLockEvent) => void): (event: FeedLockEvent) => void {
    this.#onEvent = onEvent;
    return (event) => {
      switch (event.kind) {
        case "waiting": onEvent(event); break;
        case "silent": this.#fails("lock", event.error); break;
        case "answers": this.works("lock"); break;
        default: event satisfies never;
      }
    };
  }

  /** Whether to try again. */
  mayPass(error: unknown): boolean {
    return isLost(error) || (this.hasAnswered && isDenied(error));
  }

  /** A first failure is not reported: most breaks are over at the next try. */
  failed(purpose: Purpose, error: unknown, attempt: number): void {
    if (attempt === 0 && !isDenied(error)) return;
    const problem = mysqlProblem(this.url, error);
    this.#fails(purpose, problem instanceof PreflightFailed ? inALine(problem) : `${mysqlPlace(this.url)}: ${inALine(problem)}`);
  }

  works(purpose: Purpose): void {
    this.#silent.delete(purpose);
    this.#tell();
  }

  #fails(purpose: Purpose, error: string): void {
    this.#silent.set(purpose, error);
    this.#tell();
  }

  #tell(): void {
    const [error] = this.#silent.values();
    this.#onEvent(error === undefined ? { kind: "answers" } : { kind: "silent", error });
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof AccessDenied || deniedBy(error) !== null;
}

/** Of a connection that may be there again later, once it has stood, or of a statement that may be asked again. */
export function isLost(error: unknown): boolean {
  return error instanceof ConnectionLost || mayPass(error);
}
