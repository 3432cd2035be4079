import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Router } from "express";
import { isLoopback } from "../../runtime/http/loopback.js";
import type { DevelopmentToken } from "../auth/development.js";
import { page, script, style } from "./page.js";

/** Nothing from elsewhere is loaded, asked or framed. GraphiQL's editor writes style attributes, hence 'unsafe-inline' for styles only. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; "
  + "font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const packaged: Readonly<Record<string, string>> = {
  "react.js": fileOf("react", "umd/react.production.min.js"),
  "react-dom.js": fileOf("react-dom", "umd/react-dom.production.min.js"),
  "graphiql.js": fileOf("graphiql", "graphiql.min.js"),
  "graphiql.css": fileOf("graphiql", "graphiql.min.css"),
};

/** GraphiQL at `/`, from the files of our own packages. */
export function graphiql(tokens: readonly DevelopmentToken[], catalogFolder: string): Router {
  const query = exampleIn(catalogFolder);
  const router = Router();
  router.get("/", (request, response) => {
    // A page of another site that makes its name point here must not be handed tokens.
    const offered = isLoopback(request.hostname) ? tokens : [];
    response.set("content-security-policy", policy).type("html").send(page(offered, query));
  });
  router.get("/graphiql/page.js", (_request, response) => void response.type("js").send(script));
  router.get("/graphiql/page.css", (_request, response) => void response.type("css").send(style));
  router.get("/graphiql/:file", (request, response, next) => {
    const file = Object.hasOwn(packaged, request.params.file) ? packaged[request.params.file] : undefined;
    if (!file) return next();
    response.sendFile(file, { dotfiles: "allow", acceptRanges: false });
  });
  return router;
}

/** The operation that GraphiQL begins with: the catalog's own, if its folder has one. */
function exampleIn(folder: string): string {
  const file = join(folder, "example.graphql");
  return existsSync(file) ? readFileSync(file, "utf8") : "# Choose above who asks.\nquery Example {\n  viewer { id role reads }\n}\n";
}

function fileOf(name: string, path: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), path);
}
