// A graphql-ws client whose subscriptions come back with their last cursor.

/**
 * graphql-ws sends a subscription again when its socket was cut. This keeps the variable `after` at the cursor of the
 * last update, so that the server goes on where it was cut: nothing is missing, nothing comes twice.
 */
export function resuming(client) {
  return {
    ...client,
    subscribe(payload, sink) {
      const current = { ...payload, variables: { ...payload.variables } };
      return client.subscribe(current, {
        next(result) {
          const cursor = result.data?.ticketUpdates?.cursor;
          if (cursor) current.variables.after = cursor;
          sink.next(result);
        },
        error: (error) => sink.error(error),
        complete: () => sink.complete(),
      });
    },
  };
}
