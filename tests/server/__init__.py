"""Tests of the composition root: over real sockets, as a client meets it."""
