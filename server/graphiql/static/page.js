"use strict";

// Starts GraphiQL with the example operations in tabs. A `?query=` in the address comes first, so that links can be shared.
(function () {
  const tabs = JSON.parse(document.getElementById("tabs").textContent);
  const asked = new URLSearchParams(window.location.search);
  if (asked.get("query")) {
    tabs.unshift({ query: asked.get("query"), variables: asked.get("variables") || "", headers: "" });
  }

  const ask = GraphiQL.createFetcher({ url: window.location.pathname });

  // GraphiQL learns the name of an operation a moment after its text: the name from the tab before must not go out
  function fetcher(asked, options) {
    const named = new RegExp("\\b(query|mutation|subscription)\\s+" + asked.operationName + "\\b");
    return ask(named.test(asked.query) ? asked : { ...asked, operationName: undefined }, options);
  }

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
