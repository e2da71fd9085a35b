"""GraphQL over sockets: the protocol graphql-transport-ws, by hand on ASGI. Start at `endpoint`, then `socket`."""
