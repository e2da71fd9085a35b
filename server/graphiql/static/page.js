"use strict";

// Starts GraphiQL with the example operations in tabs. A `?query=` in the address comes first, so that links can be shared.
(function () {
  const tabs = JSON.parse(document.getElementById("tabs").textContent);
  const asked = new URLSearchParams(window.location.search);
  if (asked.get("query")) {
    const { headers } = tabs[0]; // whoever the first example is asked by
    tabs.unshift({ query: asked.get("query"), variables: asked.get("variables") || "", headers });
  }

  const { origin, pathname } = window.location;
  const ask = GraphiQL.createFetcher({ url: pathname, subscriptionUrl: origin.replace(/^http/, "ws") + pathname });

  // GraphiQL learns the name of an operation a moment after its text: the name from the tab before must not go out
  function fetcher(asked, options) {
    const named = new RegExp("\\b(query|mutation|subscription)\\s+" + asked.operationName + "\\b");
    return ask(named.test(asked.query) ? asked : { ...asked, operationName: undefined }, options);
  }

  // tabs that a person has changed are kept by the browser; a shared link must show what it says
  const storage = asked.get("query") ? memory() : window.localStorage;

  refresh(storage);

  // GraphiQL takes a first tab's document from `defaultTabs`, but not what belongs to it
  const first = storage.getItem("graphiql:tabState") === null ? tabs[0] || {} : {};

  // tabs that the browser has kept hold tokens of an earlier visit: each is replaced by the page's own for the same asker
  function refresh(kept) {
    const token = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;
    const fresh = new Map();
    for (const { headers } of tabs) {
      for (const each of (headers || "").match(token) || []) fresh.set(asker(each), each);
    }
    for (const key of ["graphiql:tabState", "graphiql:headers"]) {
      const text = kept.getItem(key);
      if (text !== null) kept.setItem(key, text.replace(token, (each) => fresh.get(asker(each)) || each));
    }
  }

  // what a token says, without what is new in each
  function asker(token) {
    try {
      const { iat, exp, jti, ...claims } = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
      return JSON.stringify(claims);
    } catch {
      return token;
    }
  }

  function memory() {
    const kept = new Map();
    return {
      getItem: (key) => (kept.has(key) ? kept.get(key) : null),
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
      clear: () => kept.clear(),
      get length() {
        return kept.size;
      },
    };
  }

  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    React.createElement(GraphiQL, {
      fetcher,
      defaultTabs: tabs,
      variables: first.variables,
      headers: first.headers,
      storage,
      plugins: [GraphiQLPluginExplorer.explorerPlugin()],
      defaultEditorToolsVisibility: "variables",
      inputValueDeprecation: true,
      isHeadersEditorEnabled: true,
      shouldPersistHeaders: true,
    })
  );
})();
