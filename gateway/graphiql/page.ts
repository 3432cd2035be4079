import type { DevelopmentToken } from "../auth/development.js";

/** The page: data in an inert element, code in files of its own, so that the content policy needs no exception for scripts. */
export function page(tokens: readonly DevelopmentToken[]): string {
  const offered = tokens.map((
    { role, counterpartyId, token },
  ) => ({ name: counterpartyId ? `${role} of counterparty ${counterpartyId}` : role, token }));
  const data = JSON.stringify({ tokens: offered, query: example(tokens.find((t) => t.counterpartyId)?.counterpartyId ?? "1") });
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
  <div id="viewer"></div>
  <div id="graphiql">Loading GraphiQL ...</div>
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
#viewer { display: flex; gap: .6em; align-items: center; padding: .4em .8em; background: #1f2937; color: #f9fafb; }
#viewer:empty { display: none; }
#viewer select { font: inherit; padding: .1em .3em; }
#graphiql { flex: 1; min-height: 0; }
`;

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
    select.add(new Option("nobody", ""));
    select.addEventListener("change", () => show(select.value));
    viewer.append(label, select);
    show(select.value);
  } else {
    show("");
  }
})();
`;

const example = (counterpartyId: string) => `# Choose above who asks. A partner sees its own rows only;
# add unitPrice to an order: denied to it, and to whom not?
query Example {
  viewer { role counterpartyId reads }
  counterparty(counterpartyId: "${counterpartyId}") {
    counterpartyLegalName
    legalAddress { city country }
    salesOrders(first: 3) {
      nodes {
        salesOrderId
        unitsSold
        createdAt
        design { designName }
        currency { currencyCode }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
`;
