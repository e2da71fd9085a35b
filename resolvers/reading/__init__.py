"""Reading: a field is declared once, on its type; a query becomes one statement. Start at `declare`, `compiler`."""

from resolvers.reading.answer import Answerer, Reply, Way
from resolvers.reading.context import Context
from resolvers.reading.declare import (
    batch,
    column,
    connection,
    entity,
    from_request,
    global_id,
    lookup,
    many,
    merged,
    node,
    nodes,
    one,
    part,
    part_type,
    payload,
    resolved,
    value,
)
from resolvers.reading.errors import InvalidError
from resolvers.reading.merging import Member
from resolvers.reading.source import Argument
from resolvers.reading.stores import ReadStore, open_reads

__all__ = [
    "Answerer",
    "Argument",
    "Context",
    "InvalidError",
    "Member",
    "ReadStore",
    "Reply",
    "Way",
    "batch",
    "column",
    "connection",
    "entity",
    "from_request",
    "global_id",
    "lookup",
    "many",
    "merged",
    "node",
    "nodes",
    "one",
    "open_reads",
    "part",
    "part_type",
    "payload",
    "resolved",
    "value",
]
