"""The benchmark: our server against what a team would use instead, all in turn, on one database."""
