"""Errors of reading.

Unplannable        the planner does not know a selection: a slower way must answer
Invalid            the client asked for something that cannot be; its code says what
"""

from __future__ import annotations

from graphql import GraphQLError

from graph.port import GraphUnavailable


class UnplannableError(Exception):
    """The planner does not know this selection; graphql-core must walk it."""


class InvalidError(GraphQLError):
    """The client's argument cannot be used: the message says what to give instead, `extensions.code` names the case."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, extensions={"code": code})


def of_function(error: Exception) -> Exception:
    """What is reported where a function failed: that the network cannot be asked is told by a code of its own."""
    if isinstance(error, GraphUnavailable):
        return InvalidError("GRAPH_UNAVAILABLE", "The network cannot be asked now; all else can. Ask again soon.")
    return error
