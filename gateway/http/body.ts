import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import type { Log } from "../../runtime/log.js";
import { plain } from "../graphql/errors.js";
import { exactBody, RefusedRequest } from "./exact-json.js";

/** Reads the body as JSON of at most so many bytes. */
export function jsonBody(maxBytes: number): RequestHandler {
  return express.json({ limit: maxBytes, verify: exactBody });
}

/** A GET has no body; Apollo's integration wants the property to be there. */
export const bodyOrNone: RequestHandler = (request, _response, next) => {
  request.body ??= {};
  next();
};

/** Answers what Express refused before GraphQL saw it, in GraphQL's words. */
export function refusedBody(maxBytes: number, log: Log): ErrorRequestHandler {
  return (error: { readonly status?: number; readonly type?: string }, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = typeof error.status === "number" && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) log.error({ err: error }, "a request failed");
    const message = error instanceof RefusedRequest ? error.message
      : error.type === "entity.too.large" ? `the body is larger than ${maxBytes} bytes`
      : error.type === "charset.unsupported" ? "the body is in another charset; send JSON in UTF-8"
      : error.type === "encoding.unsupported" ? "the body's Content-Encoding is not understood; send it plain, or as gzip"
      : error.type === "entity.parse.failed" ? "the body is not JSON" : status === 500 ? "internal error" : "the request cannot be read";
    response.status(status).type("json").json({ errors: [plain(status === 500 ? "INTERNAL_SERVER_ERROR" : "BAD_REQUEST", message)] });
  };
}
