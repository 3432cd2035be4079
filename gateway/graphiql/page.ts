import type { DevelopmentToken } from "../auth/development.js";

/** The page: data in an inert element, code in files of its own, so that the content policy needs no exception for scripts. */
export function page(tokens: readonly DevelopmentToken[], query: string): string {
  const offered = tokens.map(({ role, owns, token }) => ({ name: owns ? `${role} of ${owns.of} ${owns.key}` : role, token }));
  const data = JSON.stringify({ tokens: offered, query });
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Sluice</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/graphiql/graphiql.css">
  <link rel="stylesheet" href="/graphiql/page.css">
</head>
<body>
  <header id="viewer"></header>
  <main id="graphiql">Loading GraphiQL ...</main>
  <script type="application/json" id="data">${data.replace(/</g, "\\u003c")}</script>
  <script src="/graphiql/react.js"></script>
  <script src="/graphiql/react-dom.js"></script>
  <script src="/graphiql/graphiql.js"></script>
  <script src="/graphiql/page.js"></script>
</body>
</html>
`;
}

export const style = `html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; font: 14px/1.4 system-ui, sans-serif; }
#viewer { display: flex; flex-wrap: wrap; gap: .4em .6em; align-items: center; padding: .4em .8em; background: #1f2937; color: #f9fafb; }
#viewer:empty { display: none; }
#viewer select { font: inherit; padding: .1em .3em; max-width: 100%; }
#graphiql { flex: 1; min-height: 0; }
${onNarrowScreens()}`;

/** Side by side, GraphiQL's panes leave a phone ten columns each: here they stand below one another, and the page scrolls. */
function onNarrowScreens(): string {
  return `@media (max-width: 760px) {
  html, body { height: auto; }
  #graphiql .graphiql-container { flex-direction: column; height: auto; }
  #graphiql .graphiql-sidebar { flex-direction: row; order: 1; width: auto; padding: 4px 8px; }
  #graphiql .graphiql-sidebar > button { margin-top: 0 !important; }
  #graphiql .graphiql-main { flex-direction: column; }
  #graphiql .graphiql-plugin { min-width: 0 !important; max-height: 70vh; overflow: auto; }
  #graphiql .graphiql-sessions { margin: 0 8px; }
  #graphiql #graphiql-session { flex-direction: column; height: auto; }
  #graphiql .graphiql-horizontal-drag-bar { display: none; }
  #graphiql .graphiql-editors { flex: none !important; height: 36rem; }
  #graphiql .graphiql-query-editor { flex-direction: column; }
  #graphiql .graphiql-toolbar { flex-direction: row; order: -1; width: auto; margin: 0 0 8px; gap: 8px; }
  #graphiql .CodeMirror { font-size: 13px; }
  #graphiql .graphiql-response { flex: none !important; height: 26rem; }
}
`;
}

/** Runs in the browser. The chosen viewer's token goes with every request; what stands in the Headers tab wins over it. */
export const script = `(() => {
  "use strict";
  const { tokens, query } = JSON.parse(document.getElementById("data").textContent);
  const viewer = document.getElementById("viewer");
  const root = ReactDOM.createRoot(document.getElementById("graphiql"));

  function show(token) {
    const headers = token ? { authorization: "Bearer " + token } : {};
    const fetcher = GraphiQL.createFetcher({ url: "/graphql", headers });
    root.render(React.createElement(GraphiQL, { fetcher, defaultQuery: query, isHeadersEditorEnabled: true, shouldPersistHeaders: false }));
  }

  if (tokens.length > 0) {
    const label = document.createElement("label");
    label.textContent = "Ask as";
    label.htmlFor = "role";
    const select = document.createElement("select");
    select.id = "role";
    for (const { name, token } of tokens) select.add(new Option(name, token));
    select.add(new Option("no token", ""));
    select.addEventListener("change", () => show(select.value));
    viewer.append(label, select);
    show(select.value);
  } else {
    show("");
  }
})();
`;
