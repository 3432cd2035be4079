import { inALine, PreflightFailed } from "../../runtime/findings.js";
import { mysqlPlace, mysqlProblem } from "../../runtime/mysql.js";
import type { TurnNews } from "../source.js";
import { denied, passes } from "./binlog/passing.js";
import { ConnectionLost } from "./binlog/refusal.js";

/** The connections of one source. Each may break, or be refused, by itself. */
export type Purpose = "turn" | "log" | "tables";

/**
 * What keeps a source from being read, told as one for all its connections: that of the log may be refused, by a password that was changed,
 * while that of the turn still stands. `hasAnswered`: the server let this process in before, so that it will be let in again.
 */
export class Access {
  readonly #silent = new Map<Purpose, string>();
  #told: (news: TurnNews) => void = () => undefined;

  constructor(readonly url: URL, readonly hasAnswered = false) {}

  /** Whom to tell, from now on. Given back: what the connection of the turn tells. */
  telling(told: (news: TurnNews) => void): (news: TurnNews) => void {
    this.#told = told;
    return (news) => {
      switch (news.kind) {
        case "waiting": told(news); break;
        case "silent": this.#fails("turn", news.error); break;
        case "answers": this.works("turn"); break;
        default: news satisfies never;
      }
    };
  }

  /** Whether to try again. */
  mayPass(error: unknown): boolean {
    return isLost(error) || (this.hasAnswered && denied(causeOf(error)) !== null);
  }

  /** A first failure is told of nobody: most breaks are over at the next try. */
  failed(purpose: Purpose, error: unknown, attempt: number): void {
    if (attempt === 0 && denied(causeOf(error)) === null) return;
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
    this.#told(error === undefined ? { kind: "answers" } : { kind: "silent", error });
  }
}

const lost: ReadonlySet<string> = new Set([
  "PROTOCOL_CONNECTION_LOST", "PROTOCOL_UNEXPECTED_PACKET", "ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "ETIMEDOUT", "EPIPE", "EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENETDOWN", "EAI_AGAIN",
]);

/** Of a connection that may be there again later, once it has stood. */
export function isLost(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true;
  const cause = causeOf(error);
  const { code = "", fatal = false } = cause as { code?: string; fatal?: boolean };
  return lost.has(code) || passes(cause) || (fatal && /closed state|Connection lost/i.test((cause as Error).message));
}

/** What a finding was made of. */
function causeOf(error: unknown): unknown {
  return error instanceof PreflightFailed && error.cause ? error.cause : error;
}
