"use strict";

// Starts GraphiQL with the example operations in tabs. A `?query=` in the address comes first, so that links can be shared.
(function () {
  const tabs = JSON.parse(document.getElementById("tabs").textContent);
  const asked = new URLSearchParams(window.location.search);
  if (asked.get("query")) {
    tabs.unshift({ query: asked.get("query"), variables: asked.get("variables") || "", headers: "" });
  }

  const fetcher = GraphiQL.createFetcher({ url: window.location.pathname });

  // tabs that a person has changed are kept by the browser; a shared link must show what it says
  const storage = asked.get("query") ? memory() : window.localStorage;

  // GraphiQL takes a first tab's document from `defaultTabs`, but not what belongs to it
  const first = storage.getItem("graphiql:tabState") === null ? tabs[0] || {} : {};

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
