import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestHandler } from "express";
import { shown } from "../graphql/errors.js";
import { inexactNumber } from "../graphql/json-numbers.js";

/** A request that is refused before GraphQL sees it, with a message for its sender. */
export class RefusedRequest extends Error {
  override readonly name = "RefusedRequest";
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** For the JSON parser of a body: refuses what it could not read exactly (invariant 9). @throws RefusedRequest */
export function exactBody(_request: IncomingMessage, _response: ServerResponse, body: Buffer, charset: string): void {
  if (charset !== "utf-8") throw new RefusedRequest(415, `the body is in ${shown(charset)}; send JSON in UTF-8`);
  if (!isUtf8(body)) throw new RefusedRequest(400, "the body is not valid UTF-8; a character would be read as another");
  check(body.toString("utf8"));
}

/** The same for `variables` of a GET. */
export const exactQuery: RequestHandler = ({ url }, _response, next) => {
  const from = url.indexOf("?"), query = from < 0 ? "" : url.slice(from);
  if (!isDecodable(query)) {
    throw new RefusedRequest(400, "the query string is not percent-encoded UTF-8; a character would be read as another");
  }
  for (const json of new URLSearchParams(query).getAll("variables")) check(json);
  next();
};

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== null;
  } catch {
    return false;
  }
}

function check(json: string): void {
  const number = inexactNumber(json);
  if (number !== null) throw new RefusedRequest(400, `the number ${shown(number)} cannot be read exactly from JSON; send it as a string`);
}
