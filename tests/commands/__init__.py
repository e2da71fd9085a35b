"""Commands by their public way, `run`, on every store."""
