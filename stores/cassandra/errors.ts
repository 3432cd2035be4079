import { errors, types } from "cassandra-driver";
import { Retriable, Severed, StoreRefusal } from "../ports.js";

/** The server read the statement and will never do it as it is: a value is too large, or a table is absent. */
export class Invalid extends Error {
  override readonly name = "Invalid";
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** No node could prepare the statement again. That passes by itself, unless a person dropped the table. */
export class Unprepared extends Retriable {}

const codes = types.responseErrorCodes;

/** Answers of a server that is starting, stopping or overloaded, or that misses too many replicas. */
const passing: ReadonlySet<number> = new Set([
  codes.serverError, codes.unavailableException, codes.overloaded, codes.isBootstrapping, codes.truncateError,
  codes.writeTimeout, codes.readTimeout, codes.readFailure, codes.writeFailure, codes.unprepared,
]);

/** Answers after which a process may have ended: a starting node did end, and an absent one may have. */
const ended: ReadonlySet<number> = new Set([codes.unavailableException, codes.isBootstrapping]);

/** Turns any error of the driver into one of the three kinds of failure, by class and code, never by message. */
export function classified(store: string, what: string, error: unknown): unknown {
  if (error instanceof errors.NoHostAvailableError) {
    const inner = Object.values((error.innerErrors ?? {}) as Readonly<Record<string, unknown>>);
    const kind = inner.some((each) => each instanceof errors.ResponseError && each.code === codes.unprepared) ? Unprepared : Severed;
    return new kind(`${store}: ${what}`, new Error(reasons(error), { cause: error }));
  }
  if (error instanceof errors.BusyConnectionError) return new Retriable(`${store}: ${what}`, error);
  if (error instanceof errors.OperationTimedOutError || isSocketError(error) || isOfPool(error))
    return new Severed(`${store}: ${what}`, error);
  if (!(error instanceof errors.ResponseError)) return error;
  if (ended.has(error.code)) return new Severed(`${store}: ${what}`, error);
  if (passing.has(error.code)) return new Retriable(`${store}: ${what}`, error);
  if (error.code === codes.invalid || error.code === codes.configError) return new Invalid(error);
  if (error.code === codes.unauthorized) {
    return new StoreRefusal(store, `${what}: ${error.message}`, "grant the user of the URL what the message names, or name another user");
  }
  return error;
}

/** Whether a host that refused a connection may be there later: unless it answered with something that will not change by itself. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof errors.ResponseError) || passing.has(error.code);
}

/** Lists each host that was tried, and why it failed. */
export function reasons(error: errors.NoHostAvailableError): string {
  const tried = Object.entries((error.innerErrors ?? {}) as Readonly<Record<string, unknown>>);
  if (tried.length === 0) return error.message;
  return tried.map(([host, reason]) => `${host}: ${reason instanceof Error ? reason.message : String(reason)}`).join("; ");
}

/**
 * A pool that has just lost its connections, and a connection that ends, throw a plain `Error`.
 * Errors of a request have classes of their own.
 */
function isOfPool(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error;
}

/** The driver marks the errors that its sockets throw. */
function isSocketError(error: unknown): boolean {
  return error instanceof Error && (error as { readonly isSocketError?: boolean }).isSocketError === true;
}
