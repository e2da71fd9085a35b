// Subscribing with graphql-ws alone, and coming back after a cut.
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { resuming } from "./resuming.mjs";
import { socketUrl, tell, token } from "./place.mjs";

const client = resuming(
  createClient({
    url: socketUrl,
    webSocketImpl: WebSocket, // a browser has one, and so does Node from 22 on
    connectionParams: () => ({ authorization: `Bearer ${token}` }),
    retryAttempts: 1000, // with growing pauses
    shouldRetry: ({ code }) => code !== 4403, // refused is refused: sign in, then subscribe with your cursor
  }),
);

const query = `
  subscription Tickets($after: String) {
    ticketUpdates(after: $after) { cursor kind ticket { number status } }
  }
`;

client.subscribe(
  { query },
  {
    next: ({ data }) => tell(data.ticketUpdates),
    error: (error) => tell(error.code ? { closed: error.code } : { refused: error[0].extensions.code }),
    complete: () => tell({ complete: true }),
  },
);
