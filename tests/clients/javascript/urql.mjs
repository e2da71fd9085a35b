// urql: a view, pages, errors, and updates of tickets.
import { Client, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { resuming } from "./resuming.mjs";
import { socketUrl, tell, token, url } from "./place.mjs";

function connect(token) {
  const socket = resuming(
    createClient({
      url: socketUrl,
      webSocketImpl: WebSocket,
      connectionParams: () => ({ authorization: `Bearer ${token}` }),
    }),
  );
  return new Client({
    url,
    preferGetMethod: false,
    fetchOptions: () => ({ headers: token ? { authorization: `Bearer ${token}` } : {} }),
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? "" }, sink) }),
        }),
      }),
    ],
  });
}

const client = connect(token);

// the view
const VIEW = gql`
  query View($code: String!) {
    customer(code: $code) {
      id
      name
      tickets(first: 3) { nodes { id number status } }
    }
  }
`;
const view = await client.query(VIEW, { code: "SN-4414" });
if (view.error) throw view.error;
tell({ view: view.data.customer });

// pages
const PAGES = gql`
  query Pages($after: String) {
    customers(first: 40, after: $after) {
      nodes { id code }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const codes = [];
for (let after = null, more = true; more; ) {
  const { data, error } = await client.query(PAGES, { after });
  if (error) throw error;
  codes.push(...data.customers.nodes.map(({ code }) => code));
  ({ endCursor: after, hasNextPage: more } = data.customers.pageInfo);
}
tell({ codes });

// errors: urql gives them, it does not throw
const NONE = gql`
  query None {
    customer(id: "nobody") { id name }
  }
`;
const none = await client.query(NONE, {});
tell({ refused: none.error.graphQLErrors[0].extensions.code });

const anonymous = await connect(null).query(VIEW, { code: "SN-4414" });
tell({ anonymous: anonymous.error.graphQLErrors[0].extensions.code });

// updates
const UPDATES = gql`
  subscription Tickets($after: String) {
    ticketUpdates(after: $after) { cursor kind ticket { id number status } }
  }
`;
client.subscription(UPDATES, {}).subscribe(({ data, error }) => {
  tell(error ? { error: String(error) } : data.ticketUpdates);
});
