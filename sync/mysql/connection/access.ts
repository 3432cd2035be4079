import { inALine, PreflightFailed } from "../../../runtime/findings.js";
import { deniedBy, mayPass } from "../../../runtime/mysql/lost.js";
import { mysqlPlace, mysqlProblem } from "../../../runtime/mysql/mysql.js";
import type { FeedLockEvent } from "../../source.js";
import { AccessDenied } from "../binlog/errors.js";
import { ConnectionLost } from "../binlog/wire/refusal.js";

/** The connections of one source. Each may break, or be refused, by itself. */
export type Purpose = "lock" | "log" | "tables";

/**
 * Reports what keeps a source from being read, as one for all its connections.
 * The server may refuse the log's connection, because a password was changed, while the feed lock's connection still stands.
 * `hasAnswered`: the server let this process in before, so it will do so again.
 */
export class Access {
  readonly #silent = new Map<Purpose, string>();
  #onEvent: (event: FeedLockEvent) => void = () => undefined;

  constructor(readonly url: URL, readonly hasAnswered = false) {}

  /** Sets the listener from now on. Returns the listener for the connection of the feed lock. */
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

  /** Whether the caller should try again. */
  mayPass(error: unknown): boolean {
    return isLost(error) || (this.hasAnswered && isDenied(error));
  }

  /** A first failure is not reported, because most breaks are over at the next try. */
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

/** Whether the connection may come back, after it once stood, or the statement may be asked again. */
export function isLost(error: unknown): boolean {
  return error instanceof ConnectionLost || mayPass(error);
}
