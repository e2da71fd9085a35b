"""Lists as one bind parameter: a statement's text does not depend on how many values there are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class ListOf(sa.types.TypeDecorator[Collection[Any]]):
    """A list as one bind parameter: an array on PostgreSQL, JSON text on SQLite."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the store's own type."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(sa.Text())
        return dialect.type_descriptor(sa.ARRAY(self.of.dialect_impl(dialect)))

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        """Write every item as a column of its type would be written."""
        process = self.of.dialect_impl(dialect).bind_processor(dialect)
        items = [process(v) if process else v for v in value or ()]
        return items if dialect.name == "postgresql" else orjson.dumps(items).decode()


class member(FunctionElement[bool]):  # noqa: N801  # reads as a function, as SQLAlchemy's own constructs do
    """`column IN (values of one bind parameter)`."""

    inherit_cache = True
    type = sa.Boolean()
    name = "member"

    def self_group(self, against: Any = None) -> member:
        """Stand as a condition as it is: SQLAlchemy's `= 1` around it would hide it from SQLite's indexes."""
        del against
        return self


@compiles(member, "postgresql")
def _member_postgresql(element: member, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = (compiler.process(x, **kw) for x in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(member, "sqlite")
def _member_sqlite(element: member, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = (compiler.process(x, **kw) for x in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # both are compiled SQL


class _items(FunctionElement[Any]):  # noqa: N801  # the same
    """The values of a list as rows."""

    inherit_cache = True
    name = "items"


@compiles(_items, "postgresql")
def _items_postgresql(element: _items, compiler: SQLCompiler, **kw: Any) -> str:
    (values,) = (compiler.process(x, **kw) for x in element.clauses)
    return f"(SELECT unnest({values}) AS value)"  # compiled SQL


@compiles(_items, "sqlite")
def _items_sqlite(element: _items, compiler: SQLCompiler, **kw: Any) -> str:
    (values,) = (compiler.process(x, **kw) for x in element.clauses)
    return f"json_each({values})"


def items(name: str, of: TypeEngine[Any]) -> sa.FromClause:
    """The values of the list parameter `name`, to select from: one column, `value`."""
    values = _items(sa.bindparam(name, type_=ListOf(of)))
    return values.table_valued(sa.column("value", of), name=name)
