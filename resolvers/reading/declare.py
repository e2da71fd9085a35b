"""The vocabulary of declarations: each readable field says once, on its strawberry type, where it comes from."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

import sqlalchemy as sa
import strawberry
from sqlalchemy.orm.attributes import InstrumentedAttribute
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from resolvers.reading.computed import Computed, Resolved
from resolvers.reading.connections import Connection
from resolvers.reading.context import Context
from resolvers.reading.merging import Member, Merged
from resolvers.reading.nodes import Node, Nodes
from resolvers.reading.paging import PAGING
from resolvers.reading.relations import FIRST, Lookup, Many, One
from resolvers.reading.source import NO_BIND, Argument, Source
from resolvers.reading.traversing import Traversal
from resolvers.reading.values import Column, FromRequest, GlobalId, Part
from store.clearance import Clearance

T = TypeVar("T")
Of = InstrumentedAttribute[T] | Callable[[Any], sa.ColumnElement[T]]
Arguments = Mapping[str, Argument]


def declared(source: Source, description: str, deprecation_reason: str | None = None, name: str | None = None) -> Any:
    """A strawberry field with its source. No constructor takes it: objects of planned types are never made."""
    spec: StrawberryField = strawberry.field(
        name=name, description=description, deprecation_reason=deprecation_reason, metadata={"source": source}
    )
    spec.init = False
    spec.arguments = [
        StrawberryArgument(
            name,
            None,
            StrawberryAnnotation(argument.type),
            default=argument.default if argument.default is not None else strawberry.UNSET,
            description=argument.description,
        )
        for name, argument in source.arguments.items()
    ]
    return spec


def column(of: Of[T], description: str, *, deprecation_reason: str | None = None, init: Literal[False] = False) -> T:
    """A value of the row: a mapped attribute, or a lambda over the row that gives a SQL expression."""
    del init
    return cast("T", declared(Column(of=of), description, deprecation_reason))


def global_id(*, init: Literal[False] = False) -> strawberry.ID:
    """Relay's global id of the row; the binder fills in the type's name."""
    del init
    return cast("strawberry.ID", declared(GlobalId(), "The object's id, the same for ever; any type, see `node`."))


def part(description: str, *, init: Literal[False] = False, **values: Any) -> Any:
    """An object made of the same row, or of the named expressions (null where the first of them is)."""
    del init
    return declared(Part(values=values or None), description)


def from_request(
    read: Callable[[Context], T], bound: sa.types.TypeEngine[Any], description: str, *, init: Literal[False] = False
) -> T:
    """A value of the request itself: of who asks, or of the clock."""
    del init
    return cast("T", declared(FromRequest(read=read, bound=bound), description))


def one(
    on: Callable[..., Any],
    description: str,
    *,
    order_by: Sequence[Any] = (),
    within: bool = False,
    arguments: Arguments | None = None,
    name: str | None = None,
    init: Literal[False] = False,
) -> Any:
    """The row of another type for which `on(parent, target, *arguments)` holds; with an order, the first such.

    `name` is the field's name in the schema where Python cannot have it.
    """
    del init
    source = One(on=on, order_by=tuple(order_by), within=within, arguments=dict(arguments or {}))
    return declared(source, description, name=name)


def lookup(description: str, *, arguments: Arguments, init: Literal[False] = False) -> Any:
    """The row of another type that one of the arguments names; each argument makes a condition."""
    del init
    return declared(Lookup(on=lambda *_: sa.true(), arguments=dict(arguments)), description)


def many(
    on: Callable[..., Any],
    description: str,
    *,
    order_by: Sequence[Any],
    within: bool = False,
    arguments: Arguments | None = None,
    init: Literal[False] = False,
) -> Any:
    """A short list of rows of another type in a fixed order, bounded by `first`."""
    del init
    every = {"first": FIRST, **(arguments or {})}
    return declared(Many(on=on, order_by=tuple(order_by), within=within, arguments=every), description)


def connection(
    on: Callable[..., Any],
    description: str,
    *,
    orders: Mapping[Any, Sequence[Any]] | Sequence[Any],
    filter_type: Any = None,
    within: bool = False,
    arguments: Arguments | None = None,
    init: Literal[False] = False,
) -> Any:
    """Rows of another type in pages; `orders` is one order, or the orders that a client may choose by an enum."""
    del init
    every = {**PAGING, **(arguments or {})}
    chosen: dict[enum.Enum | None, tuple[Any, ...]]
    if isinstance(orders, Mapping):
        chosen = {name: tuple(columns) for name, columns in orders.items()}
        default = next(iter(chosen))
        every["order_by"] = Argument(type(default) | None, "The order of the rows.", NO_BIND, default)
    else:
        chosen = {None: tuple(orders)}
    if filter_type is not None:
        every["filter"] = Argument(filter_type | None, "Only rows that fulfil this.", NO_BIND, weight=10)
    source = Connection(on=on, orders=chosen, filter_type=filter_type, within=within, arguments=every)
    return declared(source, description)


def merged(
    description: str,
    *,
    kinds: type[enum.Enum],
    within: bool = False,
    members: Mapping[str, Member],
    arguments: Arguments | None = None,
    init: Literal[False] = False,
) -> Any:
    """Rows of several types in one order by time, newest first; members are named like their GraphQL types."""
    del init
    wanted = Argument(list[kinds] | None, "Only these kinds; all when it is left out.", NO_BIND)  # type: ignore[valid-type]
    every = {**PAGING, "kinds": wanted, **(arguments or {})}
    return declared(Merged(members=members, within=within, arguments=every), description)


def node(description: str, *, init: Literal[False] = False) -> Any:
    """One object of any type by its global id."""
    del init
    return declared(Node(arguments={"id": Argument(strawberry.ID, "A global id.", NO_BIND)}), description)


def nodes(description: str, *, init: Literal[False] = False) -> Any:
    """Objects of any types by their global ids, in the order asked for, null where there is none."""
    del init
    argument = Argument(list[strawberry.ID], "Global ids, at most 100.", NO_BIND)
    return declared(Nodes(arguments={"ids": argument}), description)


def value(function: Callable[..., T], description: str, *, needs: Sequence[Any], init: Literal[False] = False) -> T:
    """A pure Python function of columns, called for each row as `function(context, *needs)`."""
    del init
    return cast("T", declared(Computed(function=function, needs=tuple(needs)), description))


def batch(
    function: Callable[[Context, Sequence[Any]], Awaitable[Sequence[T]]],
    description: str,
    *,
    needs: Sequence[Any],
    init: Literal[False] = False,
) -> T:
    """An async Python function called once with the distinct needs of the answer; it returns values in that order."""
    del init
    return cast("T", declared(Computed(function=function, needs=tuple(needs), once=True), description))


def traversal(
    function: Callable[..., Awaitable[Sequence[Any]]],
    description: str,
    *,
    needs: Sequence[Any],
    arguments: Arguments | None = None,
    weight: int = 10,
    level: Clearance = Clearance.PUBLIC,
    init: Literal[False] = False,
) -> Any:
    """Objects of a `finding` type, or one, that an async function finds: `function(context, keys, *arguments)`.

    It is called once with the distinct needs of the answer, and returns what it finds for each in that order: a list
    where the field is one (then `first` bounds it, and is not handed on), else an object or None. `level` is that of
    what it tells beyond its needs.
    """
    del init
    given = dict(arguments or {})
    source = Traversal(function=function, needs=tuple(needs), arguments=given, weight=weight, level=level)
    return declared(source, description)


def resolved(
    function: Callable[..., Any],
    description: str,
    *,
    needs: Sequence[Any],
    arguments: Arguments | None = None,
    init: Literal[False] = False,
) -> Any:
    """An ordinary resolver `function(info, *needs, **arguments)` with ordinary strawberry types below it."""
    del init
    return declared(Resolved(function=function, needs=tuple(needs), arguments=dict(arguments or {})), description)
