// Apollo Client: a view, pages, errors, and updates of tickets.
import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  HttpLink,
  InMemoryCache,
  ServerError,
  gql,
} from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import { createHash } from "node:crypto";
import WebSocket from "ws";
import { resuming } from "./resuming.mjs";
import { socketUrl, tell, token, url } from "./place.mjs";

globalThis.WebSocket ??= WebSocket; // Node 20 has none, and Apollo asks for its close events

function connect(token) {
  const http = new HttpLink({ uri: url, headers: token ? { authorization: `Bearer ${token}` } : {} });
  const sha256 = (document) => createHash("sha256").update(document).digest("hex");
  const socket = resuming(
    createClient({
      url: socketUrl,
      webSocketImpl: WebSocket,
      connectionParams: () => ({ authorization: `Bearer ${token}` }),
    }),
  );
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new PersistedQueryLink({ sha256 }).concat(http), // a document's hash; the document itself once
    ),
    cache: new InMemoryCache({
      typePolicies: { Query: { fields: { customers: relayStylePagination(["filter", "orderBy"]) } } },
    }),
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
const view = await client.query({ query: VIEW, variables: { code: "SN-4414" } });
tell({ view: view.data.customer });

// pages
const PAGES = gql`
  query Pages($after: String) {
    customers(first: 40, after: $after) {
      edges { cursor node { id code } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const pages = client.watchQuery({ query: PAGES });
const shown = pages.subscribe({}); // a component would show each result
let { data } = await pages.refetch();
while (data.customers.pageInfo.hasNextPage) {
  await pages.fetchMore({ variables: { after: data.customers.pageInfo.endCursor } });
  data = client.readQuery({ query: PAGES }); // the cache has put the pages together
}
shown.unsubscribe();
tell({ codes: data.customers.edges.map(({ node }) => node.code) });

// errors: of the question
const NONE = gql`
  query None {
    customer(id: "nobody") { id name }
  }
`;
try {
  await client.query({ query: NONE });
} catch (error) {
  if (CombinedGraphQLErrors.is(error)) tell({ refused: error.errors[0].extensions.code });
  else throw error;
}

// errors: of the request, such as a token that has expired
try {
  await connect(null).query({ query: VIEW, variables: { code: "SN-4414" } });
} catch (error) {
  if (CombinedGraphQLErrors.is(error)) tell({ anonymous: error.errors[0].extensions.code });
  else if (ServerError.is(error)) tell({ anonymous: JSON.parse(error.bodyText).errors[0].extensions.code });
  else throw error;
}

// updates
const UPDATES = gql`
  subscription Tickets($after: String) {
    ticketUpdates(after: $after) { cursor kind ticket { id number status } }
  }
`;
client.subscribe({ query: UPDATES }).subscribe({
  next: ({ data, error }) => tell(error ? { error: String(error) } : data.ticketUpdates),
  error: (error) => tell({ error: String(error) }),
});
