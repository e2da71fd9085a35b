"""The reading layer proved right: against a naive reader, on both stores, by all ways to answer."""
