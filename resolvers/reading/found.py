"""Rows made of what a traversal found: SQL takes the attributes out of JSON arrays, which come as one parameter."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from resolvers.reading.layouts import Attribute, Layout, Write
from store.types import Coded, Prose


class Objects(NamedTuple):
    """A list of objects of one layout, inside of a row."""

    layout: Layout
    array: Any


class Found:
    """An object as a declaration's lambda sees it: its attributes are expressions, its objects rows of their own.

    All else of it is private, for an attribute may have any name; the functions below ask for it.
    """

    def __init__(self, layout: Layout, array: Any, *, whole: bool) -> None:
        """`whole`: the array holds all attributes; else those that are asked for, in that order."""
        self._layout, self._array = layout, array
        self._names = list(layout.attributes) if whole else []
        self._is_nullable = False

    def __getattr__(self, name: str) -> Any:
        attribute = self._layout.attributes.get(name)
        if attribute is None:
            raise AttributeError(f"{self._layout.name} has no attribute {name!r}")
        if name not in self._names:
            self._names.append(name)
        self._is_nullable |= attribute.nullable
        held = _Held(self._array, self._names.index(name), attribute)
        if not isinstance(attribute.of, Layout):
            return held
        return Objects(attribute.of, held) if attribute.is_list else Found(attribute.of, held, whole=True)

    __getitem__ = __getattr__


def writer_of(found: Found) -> Write:
    """How an object becomes the array in which an expression over `found` looks for its attributes."""
    return found._layout.writer(found._names)  # noqa: SLF001  # private for lambdas only


def may_be_none(found: Found) -> bool:
    """Whether an attribute that was touched may be None."""
    return found._is_nullable  # noqa: SLF001  # private for lambdas only


class _Held(FunctionElement[Any]):
    """One item of a JSON array, of an attribute's type."""

    inherit_cache = False
    name = "held"

    def __init__(self, array: Any, place: int, attribute: Attribute) -> None:
        self.place, self.is_list = place, attribute.is_list
        self.type: TypeEngine[Any] = sa.JSON() if isinstance(attribute.of, Layout) else attribute.of
        super().__init__(array)


@compiles(_Held, "postgresql")
def _held_postgresql(element: _Held, compiler: SQLCompiler, **kw: Any) -> str:
    array = compiler.process(element.clauses, **kw)
    item = f"{array} -> {element.place}"
    if isinstance(element.type, sa.JSON):
        return f"({item})"
    name = _name_postgresql(element.type, compiler)
    if element.is_list:
        return f"ARRAY(SELECT CAST(item AS {name}) FROM jsonb_array_elements_text({item}) AS item)"  # noqa: S608  # compiled SQL
    return f"CAST({array} ->> {element.place} AS {name})"


def _name_postgresql(of: TypeEngine[Any], compiler: SQLCompiler) -> str:
    """The name of a type, without the collation: that is no part of what one casts to."""
    if isinstance(of, Prose | Coded):
        return "TEXT"
    return str(compiler.dialect.type_compiler_instance.process(of.dialect_impl(compiler.dialect)))


@compiles(_Held, "sqlite")
def _held_sqlite(element: _Held, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **kw)}, '$[{element.place}]')"


class _Items(FunctionElement[Any]):
    """The items of a JSON array as rows: `value`, and as `key` its place, from 0."""

    inherit_cache = False
    name = "items_of"


@compiles(_Items, "postgresql")
def _items_postgresql(element: _Items, compiler: SQLCompiler, **kw: Any) -> str:
    array = compiler.process(element.clauses, **kw)
    return f"(SELECT value, place - 1 AS key FROM jsonb_array_elements({array}) WITH ORDINALITY AS item(value, place))"  # noqa: S608  # compiled SQL


@compiles(_Items, "sqlite")
def _items_sqlite(element: _Items, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


class _Document(FunctionElement[Any]):
    """Text that is JSON, as the store takes it apart."""

    inherit_cache = False
    name = "document_of"


@compiles(_Document, "postgresql")
def _document_postgresql(element: _Document, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS JSONB)"


@compiles(_Document, "sqlite")
def _document_sqlite(element: _Document, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


class Items:
    """The objects of an array under a name of their own, to select from."""

    def __init__(self, name: str, array: Any) -> None:
        self.source = _Items(array).table_valued("value", "key", name=name)
        self.value: sa.ColumnClause[Any] = sa.literal_column(f"{name}.value", sa.JSON())
        self.place: sa.ColumnClause[int] = sa.literal_column(f"{name}.key", sa.Integer())


def holes(name: str) -> Items:
    """The objects that a statement is asked for, from its parameter `holes`."""
    return Items(name, _Document(sa.bindparam("holes", type_=sa.Text())))
