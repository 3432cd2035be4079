import { errors, types } from "cassandra-driver";
import { Retriable, Severed, StoreRefusal } from "../ports.js";

/** The server read the statement and will never do it as it is: too large a value, a table that is not there. */
export class Invalid extends Error {
  override readonly name = "Invalid";
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** No node could prepare the statement anew, as after somebody dropped its table: it may pass by itself only if nobody did. */
export class Unprepared extends Retriable {}

const codes = types.responseErrorCodes;

/** What the server answers when it is starting, stopping, overloaded, or too few replicas are there. */
const passing: ReadonlySet<number> = new Set([
  codes.serverError, codes.unavailableException, codes.overloaded, codes.isBootstrapping, codes.truncateError,
  codes.writeTimeout, codes.readTimeout, codes.readFailure, codes.writeFailure, codes.unprepared,
]);

/** A node that is starting has ended; one that is missed may have. */
const ended: ReadonlySet<number> = new Set([codes.unavailableException, codes.isBootstrapping]);

/** Any error of the driver as one of the three kinds of failure, told apart by class and code, never by message. */
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

/**
 * Whether a host that could not be connected to may be there later: unless it answered, and with something that will not change by itself.
 */
export function mayPass(error: unknown): boolean {
  return !(error instanceof errors.ResponseError) || passing.has(error.code);
}

/** Each host that was tried, and why it did not do. */
export function reasons(error: errors.NoHostAvailableError): string {
  const tried = Object.entries((error.innerErrors ?? {}) as Readonly<Record<string, unknown>>);
  if (tried.length === 0) return error.message;
  return tried.map(([host, reason]) => `${host}: ${reason instanceof Error ? reason.message : String(reason)}`).join("; ");
}

/**
 * A pool that has just lost its connections, and a connection that ends, throw an `Error` of no class of its own; all that is wrong with a
 * request has one.
 */
function isOfPool(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error;
}

/** The driver marks what its sockets throw. */
function isSocketError(error: unknown): boolean {
  return error instanceof Error && (error as { readonly isSocketError?: boolean }).isSocketError === true;
}
