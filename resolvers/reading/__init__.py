"""Reading: a field is declared once, on its type; a query becomes one statement. Start at `declare`, `compiler`."""

from resolvers.reading.answer import Answerer, Reply, Way
from resolvers.reading.context import Context
from resolvers.reading.declare import (
    batch,
    column,
    connection,
    from_request,
    global_id,
    lookup,
    many,
    merged,
    node,
    nodes,
    one,
    part,
    resolved,
    traversal,
    value,
)
from resolvers.reading.declare_found import listed, one_of
from resolvers.reading.declare_types import entity, finding, part_type, payload
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
    "finding",
    "from_request",
    "global_id",
    "listed",
    "lookup",
    "many",
    "merged",
    "node",
    "nodes",
    "one",
    "one_of",
    "open_reads",
    "part",
    "part_type",
    "payload",
    "resolved",
    "traversal",
    "value",
]
