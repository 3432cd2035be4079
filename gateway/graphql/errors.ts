import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { HeaderMap } from "@apollo/server";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import type { Log } from "../../runtime/log.js";
import { Retriable, TimedOut } from "../../stores/ports.js";
import { type ErrorCode, errorCodes } from "./error-codes.js";

/** An error with one of these codes reaches the client as it is. */
const passedOn: ReadonlySet<unknown> = new Set(Object.keys(errorCodes).filter((code) => code !== "INTERNAL_SERVER_ERROR"));

const [longestEcho, longestMessage] = [80, 500];

export const badUserInput = (message: string) => coded("BAD_USER_INPUT", message);
export const forbidden = (message: string) => coded("FORBIDDEN", message);
export const notReady = (message: string) => coded("NOT_READY", message);
export const unavailable = (message: string, cause: unknown) => coded("UNAVAILABLE", message, cause);

/** A field that the viewer may not read: one error for all its places in an answer, which `pattern` and `count` describe. */
export class Forbidden extends GraphQLError {
  declare readonly extensions: { readonly code: "FORBIDDEN"; readonly pattern: string; count: number };
  constructor(message: string, pattern: string) {
    super(message, { extensions: { code: "FORBIDDEN", pattern, count: 1 } });
  }
}

/** What a client sent, as an error may repeat it. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : inspect(value);
  return text.length > longestEcho ? `${text.slice(0, longestEcho)}… (${text.length} characters)` : text;
}

/** Also graphql-js repeats what it was sent: a message keeps its beginning and its end, where it says what is wrong. */
function bounded(message: string): string {
  if (message.length <= longestMessage) return message;
  return `${message.slice(0, longestMessage * 0.6)} … ${message.slice(-longestMessage * 0.4)}`;
}

/** Refuses the whole request: HTTP 401, as RFC 6750 words it. `message` must not tell more than the token's holder knows. */
export function unauthenticated(message: string, tokenGiven: boolean): GraphQLError {
  const challenge = tokenGiven ? 'Bearer realm="sluice", error="invalid_token"' : 'Bearer realm="sluice"';
  return refusing(coded("UNAUTHENTICATED", message), errorCodes.UNAUTHENTICATED.statuses[0], new Map([["www-authenticate", challenge]]));
}

/** The viewer asked for more than its share: HTTP 429, and when to ask again. */
export function rateLimited(message: string, afterSeconds: number): GraphQLError {
  const error = coded("RATE_LIMITED", `${message}. Try again in ${afterSeconds} s`);
  return refusing(error, errorCodes.RATE_LIMITED.statuses[0], new Map([["retry-after", String(afterSeconds)]]));
}

/** The same error, but the request as a whole is answered with this HTTP status. Only for what happens before execution. */
export function refusing(error: GraphQLError, status: number, headers: ReadonlyMap<string, string> = new Map()): GraphQLError {
  const http = { status, headers: new HeaderMap([...headers]) };
  return new GraphQLError(error.message, { originalError: error.originalError, extensions: { ...error.extensions, http } });
}

/** An error as it stands in an answer, for answers that do not come from Apollo. */
export function plain(code: ErrorCode, message: string): GraphQLFormattedError {
  return { message, extensions: { code } };
}

/** The one place that decides what of an error leaves the gateway. What is not known is logged and masked (an id joins the two). */
export function errorFormatter(log: Log): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const { locations, path, extensions } = formatted;
    const message = bounded(formatted.message);
    const where = { ...(locations && { locations }), ...(path && { path }) };
    const cause = error instanceof GraphQLError ? error.originalError ?? error : error;
    if (cause instanceof TimedOut) {
      return { ...plain("UNAVAILABLE", "a store did not answer in time; ask for less, or try again"), ...where };
    }
    if (cause instanceof Retriable) {
      return { ...plain("UNAVAILABLE", "a store cannot be reached; try again"), ...where };
    }
    if (cause instanceof Forbidden) return { message, ...where, extensions: cause.extensions };
    if (passedOn.has(extensions?.code)) return { message, ...where, extensions: { code: extensions!.code } };
    const id = randomUUID();
    log.error({ id, path, err: cause }, "an operation failed");
    return { message: `internal error ${id}; it is in the gateway's log`, ...where, extensions: { code: "INTERNAL_SERVER_ERROR", id } };
  };
}

function coded(code: ErrorCode, message: string, cause?: unknown): GraphQLError {
  return new GraphQLError(message, { extensions: { code }, ...(cause instanceof Error && { originalError: cause }) });
}
