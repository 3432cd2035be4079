import { timingSafeEqual } from "node:crypto";
import { isLoopback } from "./loopback.js";
import type { AskedRequest } from "./operations-thread.js";
import { timesSent } from "./times-sent.js";

/** Something that programs on this machine, and no others, may ask or do over HTTP. */
export interface Route {
  readonly method: "GET" | "POST";
  /** `/things/:name/stop`: a part that begins with a colon takes any text. */
  readonly path: string;
  answer(params: Readonly<Record<string, string>>): Promise<Reply>;
}

export interface Reply {
  readonly status: number;
  /** The body is sent as JSON. */
  readonly body: unknown;
}

export interface LocalRoutes {
  /** A request that changes something needs it, as `Authorization: Bearer …`. */
  readonly token: string;
  readonly routes: readonly Route[];
}

/** Answers by the route that matches; null when there is none. A page in a browser on this machine does not count as a program on it. */
export async function answerLocally({ token, routes }: LocalRoutes, request: AskedRequest): Promise<Reply | null> {
  const matches = routes.flatMap((route) => {
    const params = match(route.path, request.path);
    return params ? [{ route, params }] : [];
  });
  if (matches.length === 0) return null;
  if (!isLocal(request)) return refusal(403, "this is answered to programs on the same machine only");
  const found = matches.find(({ route }) => route.method === request.method);
  if (!found) return refusal(405, `use ${matches.map(({ route }) => route.method).join(" or ")}`);
  if (found.route.method === "POST" && !isToken(token, request)) return refusal(401, "the token is missing or wrong");
  return found.route.answer(found.params);
}

function refusal(status: number, error: string): Reply {
  return { status, body: { error } };
}

function match(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length || !wanted.every((part, i) => part.startsWith(":") || part === given[i])) return null;
  return Object.fromEntries(wanted.flatMap((part, i) => (part.startsWith(":") ? [[part.slice(1), decodeURIComponent(given[i]!)]] : [])));
}

/** Whether a request is local: by address, by host name (a foreign name that points here is refused), and not on behalf of a web page. */
function isLocal({ remoteAddress, localAddress, headers }: AskedRequest): boolean {
  const [from, at] = [plain(remoteAddress), plain(localAddress)];
  const host = (headers.host ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return (isLoopback(from) || from === at) && (isLoopback(host) || host === at)
    && headers.origin === undefined && (headers["sec-fetch-site"] ?? "none") === "none";
}

function plain(address = ""): string {
  return address.replace(/^::ffff:/, "");
}

function isToken(token: string, { headers, rawHeaders }: AskedRequest): boolean {
  const [wanted, given] = [Buffer.from(`Bearer ${token}`), Buffer.from(headers.authorization ?? "")];
  return timesSent(rawHeaders, "authorization") === 1 && wanted.length === given.length && timingSafeEqual(wanted, given);
}
