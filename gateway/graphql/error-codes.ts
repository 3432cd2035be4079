/** What a client can know of an error by its code. */
export interface ErrorCodeEntry {
  /** The HTTP statuses of an answer with such an error. With 200 the rest of the operation was answered. */
  readonly statuses: readonly number[];
  readonly meaning: string;
  /** What a client does about it. */
  readonly remedy: string;
}

/** Every code that a client can meet in `extensions.code`. */
export const errorCodes = {
  BAD_USER_INPUT: {
    statuses: [400, 200],
    meaning: "An argument, a variable or a cursor is wrong, or the operation costs more than any operation may.",
    remedy: "Correct what the message names, or ask for smaller pages and fewer levels. The same request fails again.",
  },
  UNAUTHENTICATED: {
    statuses: [401],
    meaning: "The request has no token, or one that is expired, not yet valid, badly signed or without a claim it needs.",
    remedy: "Get a new token and send it as `Authorization: Bearer <token>`.",
  },
  FORBIDDEN: {
    statuses: [200],
    meaning: "The viewer's role may not read this field. It is null, and `path` names its first place in the answer, `extensions.pattern` "
      + "all its places and `extensions.count` how many these are.",
    remedy: "Leave the field out, or ask as a role that may read it.",
  },
  NOT_READY: {
    statuses: [200],
    meaning: "The store that serves this field holds nothing yet.",
    remedy: "Ask again later; the operator starts sync.",
  },
  UNAVAILABLE: {
    statuses: [200, 503],
    meaning: "A store cannot be reached, did not answer in time or cannot search now; or, with 503, the keys that verify tokens cannot be "
      + "fetched.",
    remedy: "Try again, with a growing pause. When a store did not answer in time, ask for less.",
  },
  RATE_LIMITED: {
    statuses: [429],
    meaning: "The viewer has spent its budget, or too many of its operations wait.",
    remedy: "Wait as many seconds as the header `Retry-After` says. Ask for less, or send fewer operations at once.",
  },
  INTERNAL_SERVER_ERROR: {
    statuses: [200, 500],
    meaning: "The gateway met an error that it does not know. `extensions.id`, where there is one, is also in its log.",
    remedy: "Try again once. If it repeats, give the id to the operator.",
  },
  // The codes below are Apollo's own: the request was not understood, so nothing was executed.
  GRAPHQL_PARSE_FAILED: {
    statuses: [400],
    meaning: "The operation is not GraphQL, or has too many tokens.",
    remedy: "Correct the operation, or make it shorter.",
  },
  GRAPHQL_VALIDATION_FAILED: {
    statuses: [400],
    meaning: "The operation does not fit the schema that the viewer sees, or it is too deep, has too many aliases or is no query.",
    remedy: "Correct the operation; introspection shows the schema.",
  },
  OPERATION_RESOLUTION_FAILURE: {
    statuses: [400],
    meaning: "The document has several operations and `operationName` names none of them.",
    remedy: "Send the `operationName` of one.",
  },
  BAD_REQUEST: {
    statuses: [400, 404, 405, 406, 412, 413, 415],
    meaning: "The HTTP request is not GraphQL over HTTP: its path, method, headers, size or JSON.",
    remedy: "Send a POST to `/graphql` with a JSON body and `Content-Type: application/json`.",
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    statuses: [200],
    meaning: "The request has the hash of a query instead of its text, and the gateway keeps no queries.",
    remedy: "Send the text of the query. Most clients do so by themselves.",
  },
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;

export type ErrorCode = keyof typeof errorCodes;
