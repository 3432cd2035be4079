import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { Registry } from "prom-client";
import type { Route } from "../../../runtime/http/local-routes.js";
import { type OperationsServer, serveOperations } from "../../../runtime/http/operations.js";

const token = "a-token-of-some-length";
const asked: string[] = [];
const routes: readonly Route[] = [
  { method: "GET", path: "/status", answer: async () => ({ status: 200, body: { fine: true } }) },
  { method: "POST", path: "/things/:name/stop", answer: async ({ name }) => (asked.push(name!), { status: 202, body: { stopped: name } }) },
];
let server: OperationsServer;
beforeAll(async () => void (server = await serveOperations(
  { registry: new Registry(), health: async () => ({ ok: true }), local: { token, routes } }, "0.0.0.0", 0,
)));
afterAll(() => server[Symbol.asyncDispose]());

function ask(
  method: string, path: string, headers: Readonly<Record<string, string>> = {}, host = "127.0.0.1",
): Promise<{ readonly status: number; readonly body: string }> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request({ host, port, method, path, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => { body += text; }).on(
        "end", () => resolve({ status: response.statusCode!, body }),
      );
    }).on("error", reject).end();
  });
}

const authorization = `Bearer ${token}`;

test("a program on this machine that can read the token is answered", async () => {
  expect(await ask("GET", "/status")).toEqual({ status: 200, body: '{"fine":true}' });
  expect(await ask("POST", "/things/a%20b/stop", { authorization })).toEqual({ status: 202, body: '{"stopped":"a b"}' });
  expect(asked).toEqual(["a b"]);
  expect(
    (await fetch(`http://localhost:${new URL(server.url).port}/things/c/stop`, { method: "POST", headers: { authorization } })).status,
  ).toBe(202);
});

test("a web page, a foreign name that points here, and a request without the token are refused", async () => {
  const path = "/things/x/stop";
  expect((await ask("POST", path, { authorization, origin: "http://evil.example" })).status).toBe(403);
  expect((await ask("POST", path, { authorization, origin: "null" })).status).toBe(403);
  expect((await ask("POST", path, { authorization, "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await ask("POST", path, { authorization, host: "rebound.example:9401" })).status).toBe(403);
  expect((await ask("GET", "/status", { host: "rebound.example" })).status).toBe(403);
  expect((await ask("POST", path)).status).toBe(401);
  expect((await ask("POST", path, { authorization: `${authorization}x` })).status).toBe(401);
  expect((await ask("GET", path, { authorization })).status).toBe(405);
  expect((await ask("POST", "/things/x", { authorization })).status).toBe(404);
  expect(asked).not.toContain("x");
});

test("public routes stay open to scrapers by any name", async () => {
  for (const path of ["/metrics", "/health", "/live"]) expect((await ask("GET", path, { host: "sync.internal:9401" })).status).toBe(200);
  const outer = Object.values(networkInterfaces()).flat().find((each) => each && !each.internal && each.family === "IPv4")?.address;
  // A request from this machine by its outer address is still from this machine.
  if (outer) expect((await ask("GET", "/status", {}, outer)).status).toBe(200);
});
