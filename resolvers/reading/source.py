"""Where a field's value comes from: the base of all sources, and one selection of one declared field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import sqlalchemy as sa
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    is_non_null_type,
    value_from_ast,
)
from graphql.language import Visitor, visit
from strawberry.utils.str_converters import to_camel_case

from resolvers.reading.context import Getter, Run
from resolvers.reading.errors import InvalidError
from resolvers.reading.rows import Probe
from resolvers.reading.work import Work
from store.clearance import Clearance

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler


class Piece(NamedTuple):
    """A field's JSON value for one parent row, and what Python has still to do to it."""

    document: Any
    work: Work | None = None


@dataclass(frozen=True)
class Argument:
    """An argument of a declared field.

    `bound` is its type as a bind parameter; `where` makes a condition of it on the target's columns, when it is given;
    `fallback` gives its value when it is not; `weight` is what it costs in points when it is given.
    """

    type: Any
    description: str
    bound: sa.types.TypeEngine[Any] = field(default_factory=sa.Text)
    default: Any = None
    where: Callable[..., Any] | None = None
    fallback: Getter | None = None
    convert: Callable[[Any], Any] | None = None
    weight: int = 0


@dataclass(kw_only=True)
class Source:
    """Where a field's value comes from. `level` is the highest of the columns that it touches."""

    arguments: Mapping[str, Argument] = field(default_factory=dict)
    level: Clearance = Clearance.PUBLIC
    nested_selects = 0
    """How many selects inside one another its SQL has: SQLite's older parsers have little room."""
    weight = 1
    """Points that it costs for each parent, see `cost.py`."""
    row_weight = 1
    """Points for each row that it may give."""
    most = 1
    """How many rows it gives at most, where no argument says so."""

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """The field's value for one parent row."""
        raise NotImplementedError

    def probe(self, parent: Probe, target: Probe) -> None:
        """Touch every column that the field's value depends on, so that the probes note their levels."""
        raise NotImplementedError


class Selected:
    """One selected field: its response key, its AST nodes, its definition in the schema."""

    def __init__(self, compiler: Compiler, key: str, nodes: list[FieldNode], definition: GraphQLField) -> None:
        self.compiler, self.key, self.nodes, self.definition = compiler, key, nodes, definition
        self.given = {a.name.value: a.value for a in nodes[0].arguments or ()}
        self.place = nodes[0].loc.start if nodes[0].loc else id(nodes[0])

    @property
    def type(self) -> GraphQLObjectType:
        """The named type of the field."""
        return cast("GraphQLObjectType", get_named_type(self.definition.type))

    def value(self, name: str, variables: Mapping[str, Any], default: Any = None) -> Any:
        """The argument's coerced value in one request, else the default."""
        name = to_camel_case(name)
        node = self.given.get(name)
        if node is None:
            return default
        wanted = self.definition.args[name].type
        if isinstance(node, VariableNode):
            value = variables.get(node.name.value, default)
            valid = value is not None or not is_non_null_type(wanted)
        else:
            value = value_from_ast(node, wanted, cast("dict[str, Any]", variables))
            valid = value is not Undefined
        if not valid:  # a variable that may be null stands, by its own default, where null may not be
            raise InvalidError("BAD_USER_INPUT", f"The argument `{name}` has a null where none may be.")
        return value

    def shape(self, name: str, read: Callable[[Any], Any], default: Any = None) -> Any:
        """Something of an argument that changes the statement's text."""
        node = self.given.get(to_camel_case(name))
        if node is None or not has_variables(node):
            return read(self.value(name, {}, default))
        return self.compiler.shape((self.place, name), lambda variables: read(self.value(name, variables, default)))

    def is_given(self, name: str) -> bool:
        """Whether the argument has a value that is not null."""
        return bool(self.shape(name, lambda value: value is not None))

    def getter(self, name: str, convert: Callable[[Any], Any] | None = None, default: Any = None) -> Getter:
        """How the argument's value is found in a request; a constant is converted only once."""
        convert = convert or _same
        node = self.given.get(to_camel_case(name))
        if node is None or not has_variables(node):
            constant = convert(self.value(name, {}, default))
            return lambda _: constant
        return lambda run: convert(self.value(name, run.variables, default))

    def number(self, name: str, check: Callable[[Any], int], default: int, more: int = 0) -> Any:
        """A number (and some more) in the statement: a constant is in its text, for the store's better estimates."""
        node = self.given.get(to_camel_case(name))
        if node is None or not has_variables(node):
            return sa.literal_column(str(check(self.value(name, {}, default)) + more), sa.Integer())
        return self.compiler.bind(self.getter(name, lambda value: check(value) + more, default), sa.Integer())

    def reader(self, name: str, argument: Argument) -> Getter:
        """How the argument's value, or what stands for it when it is not given, is found in a request."""
        read = self.getter(name, argument.convert, argument.default)
        fallback = argument.fallback
        if fallback is None:
            return read

        def value(run: Run) -> Any:
            given = read(run)
            return fallback(run) if given is None else given

        return value

    def bind(self, name: str, argument: Argument) -> Any:
        """The argument's value as a bind parameter."""
        return self.compiler.bind(self.reader(name, argument), argument.bound)

    def conditions(self, arguments: Mapping[str, Argument], row: Any) -> list[Any]:
        """The conditions of those arguments that are given and make one."""
        return [
            a.where(row, self.bind(name, a))
            for name, a in arguments.items()
            if a.where is not None and self.is_given(name)
        ]

    def parameters(self, arguments: Mapping[str, Argument]) -> list[Any]:
        """The bind parameters of the arguments that make no condition of their own, for the relation's lambda."""
        return [self.bind(name, a) for name, a in arguments.items() if a.where is None and a.bound is not NO_BIND]


NO_BIND: sa.types.TypeEngine[Any] = sa.types.NullType()
"""Marks an argument that its source reads by itself (paging, filters, orders)."""


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, *_: Any) -> None:
        self.found = True


def has_variables(node: ValueNode) -> bool:
    """Whether a literal has a variable in it."""
    if isinstance(node, VariableNode):
        return True
    visitor = _Variables()
    visit(node, visitor)
    return visitor.found


def _same(value: Any) -> Any:
    return value
