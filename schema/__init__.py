"""GraphQL as the client sees it, one module a feature."""
