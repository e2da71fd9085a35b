// Relay's network layer: a view, pages, errors, and updates of tickets. relay-compiler and Babel come before.
import { createClient } from "graphql-ws";
import relay from "relay-runtime";
import WebSocket from "ws";
import { resuming } from "../resuming.mjs";
import { socketUrl, tell, token, url } from "../place.mjs";

const { Environment, Network, Observable, RecordSource, Store, fetchQuery, graphql, requestSubscription } = relay;

function connect(token) {
  const fetchFn = async (operation, variables) => {
    const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const body = JSON.stringify({ query: operation.text, operationName: operation.name, variables });
    return (await fetch(url, { method: "POST", headers, body })).json();
  };
  const socket = resuming(
    createClient({
      url: socketUrl,
      webSocketImpl: WebSocket,
      connectionParams: () => ({ authorization: `Bearer ${token}` }),
    }),
  );
  const subscribeFn = (operation, variables) =>
    Observable.create((sink) => socket.subscribe({ query: operation.text, variables }, sink));
  return new Environment({ network: Network.create(fetchFn, subscribeFn), store: new Store(new RecordSource()) });
}

const environment = connect(token);

// the view
const VIEW = graphql`
  query clientViewQuery($code: String!) {
    customer(code: $code) {
      id
      name
      tickets(first: 3) { nodes { id number status } }
    }
  }
`;
const view = await fetchQuery(environment, VIEW, { code: "SN-4414" }).toPromise();
tell({ view: view.customer });

// pages
const PAGES = graphql`
  query clientPagesQuery($after: String) {
    customers(first: 40, after: $after) {
      edges { node { id code } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const codes = [];
for (let after = null, more = true; more; ) {
  const { customers } = await fetchQuery(environment, PAGES, { after }).toPromise();
  codes.push(...customers.edges.map(({ node }) => node.code));
  ({ endCursor: after, hasNextPage: more } = customers.pageInfo);
}
tell({ codes });

// errors: of a field; without @catch the field is null
const NONE = graphql`
  query clientNoneQuery {
    customer(id: "nobody") @catch(to: RESULT) { id name }
  }
`;
const none = await fetchQuery(environment, NONE, {}).toPromise();
if (!none.customer.ok) tell({ refused: none.customer.errors[0].extensions.code });

// errors: of the request; there is no data, and Relay throws
try {
  await fetchQuery(connect(null), VIEW, { code: "SN-4414" }).toPromise();
} catch (error) {
  tell({ anonymous: error.source.errors[0].extensions.code });
}

// updates
const UPDATES = graphql`
  subscription clientTicketsSubscription($after: String) {
    ticketUpdates(after: $after) { cursor kind ticket { id number status } }
  }
`;
requestSubscription(environment, {
  subscription: UPDATES,
  variables: {},
  onNext: ({ ticketUpdates }) => tell(ticketUpdates),
  onError: (error) => tell({ error: String(error) }),
});
