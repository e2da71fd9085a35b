"""Values of the request inside a statement: the subject, the clock, and lists as one bind parameter."""

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

from store.types import Instant, Uid

SUBJECT = "subject_"
NOW = "request_now"
TODAY = "request_today"


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
    """`column IN (values of one bind parameter)`: the statement's text does not depend on how many there are."""

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


SUBJECT_TYPES: dict[str, TypeEngine[Any]] = {
    "staff_id": Uid(),
    "customer_ids": ListOf(Uid()),
    "department_ids": ListOf(Uid()),
}


def subject(name: str) -> sa.BindParameter[Any]:
    """A bind parameter filled from the request's subject."""
    return sa.bindparam(SUBJECT + name, type_=SUBJECT_TYPES[name])


def now() -> sa.BindParameter[Any]:
    """A bind parameter filled from the request's clock."""
    return sa.bindparam(NOW, type_=Instant())


def today() -> sa.BindParameter[Any]:
    """A bind parameter filled with the day (UTC) of the request's clock."""
    return sa.bindparam(TODAY, type_=sa.Date())
