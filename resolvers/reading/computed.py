"""Sources that are Python functions of columns: per row, once for the whole answer, or an ordinary resolver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import is_list_type, is_non_null_type
from strawberry.utils.str_converters import to_camel_case

from resolvers.reading.rows import Probe
from resolvers.reading.source import Piece, Selected, Source
from resolvers.reading.sqljson import JsonArray
from resolvers.reading.values import Of, expression, wire
from resolvers.reading.work import Call, CallOnce, Decode, decoded, decoder

if TYPE_CHECKING:
    from resolvers.reading.compiler import Compiler


@dataclass(kw_only=True)
class Computed(Source):
    """A function of the needs: `value` is called per row, `batch` once with all keys of the answer."""

    function: Callable[..., Any]
    needs: tuple[Of, ...]
    once: bool = False
    row_weight = 0

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """A hole with the needs, and the call that fills it."""
        del compiler
        columns = [expression(of, row) for of in self.needs]
        decode = tuple(decoder(c.type) for c in columns)
        work = (CallOnce if self.once else Call)(self.function, decode, encoder(selected.definition.type))
        return Piece(JsonArray(*[wire(c) for c in columns]), work)

    def probe(self, parent: Probe, target: Probe) -> None:
        """Touch the needs."""
        del target
        for of in self.needs:
            expression(of, parent)


def encoder(gtype: Any) -> Callable[[Any], Any]:
    """How a function's value becomes what clients see of this type: a leaf, or a list of leaves."""
    if is_non_null_type(gtype):
        required = encoder(gtype.of_type)
        return lambda value: required(_there(value))
    if is_list_type(gtype):
        each = encoder(gtype.of_type)
        return lambda value: None if value is None else [each(item) for item in value]
    coerce = gtype.coerce_output_value
    return lambda value: None if value is None else coerce(value)


def _there(value: Any) -> Any:
    if value is None:
        raise TypeError("the function gave no value, and the field may not be null")
    return value


@dataclass(kw_only=True)
class Resolved(Source):
    """An ordinary resolver with ordinary strawberry types below: its needs are fetched, and graphql-core walks on."""

    function: Callable[..., Any]
    needs: tuple[Of, ...]
    decode: Decode = ()
    weight = 5
    row_weight = 0

    def compile(self, compiler: Compiler, row: Any, selected: Selected) -> Piece:
        """The needs; the answer must be walked."""
        del selected
        compiler.must_walk()
        return Piece(JsonArray(*[wire(expression(of, row)) for of in self.needs]))

    def probe(self, parent: Probe, target: Probe) -> None:
        """Touch the needs, and see of which types they are."""
        del target
        self.decode = tuple(decoder(expression(of, parent).type) for of in self.needs)

    def resolve(self, source: Any, info: Any, **arguments: Any) -> Any:
        """What graphql-core calls for the field."""
        needs = source[info.path.key]
        if needs is None:
            return None
        given = {name: arguments[key] for name in self.arguments if (key := to_camel_case(name)) in arguments}
        return self.function(info, *decoded(needs, self.decode), **given)
