"""Facts of customers, each as of an instant of its own: asked many times at once, in one statement.

What is asked is a list: whose facts, as of when, and by which id they are told. Every table that facts are made of is
read through that list: the rows of a customer, once for each time that it is asked about, with the id of the asking in
place of the customer's and the instants beside them. So the parts are those that are asked of one instant.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final, cast

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import ExternallyTraversible, replacement_traverse
from sqlalchemy.types import TypeEngine

from resolvers.facts.customer import CUSTOMERS
from resolvers.facts.instants import Moment
from resolvers.facts.parts import CUSTOMER, Part
from resolvers.facts.records import Columns, Gathered, all_of_them, columns_of, computed_each, joined
from store.base import Base
from store.types import Instant, Uid, instant_text

_TICKET: Final = Base.metadata.tables["ticket"]

_FIELDS: Final[Mapping[str, TypeEngine[Any]]] = MappingProxyType(
    {
        "id": Uid(),
        "customer_id": Uid(),
        "at": Instant(),
        "day": sa.Date(),
        "month_ago": Instant(),
        "quarter_ago": Instant(),
        "year_ago": Instant(),
        "year_ago_day": sa.Date(),
        "two_years_ago": Instant(),
    }
)
"""What is known of each asking: its id, whose facts, and the parameters of its moment."""


@dataclass(frozen=True)
class Asked:
    """A customer's facts as of a moment. The id is that of a ticket, which does not count among the customer's."""

    id: uuid.UUID
    customer_id: uuid.UUID
    moment: Moment


async def gather_each(connection: AsyncConnection, names: Sequence[str], asked: Sequence[Asked]) -> Gathered:
    """The facts of customers for each asking, by its id, in the order of the ids, in one statement.

    Raises:
        UnknownFactError: the store does not tell one of them of customers.
    """
    statement = _statement(columns_of(CUSTOMERS, names))
    rows = (await connection.execute(statement, {"asked": _text(asked)})).all()
    moments = {one.id: one.moment for one in asked}
    found = computed_each(CUSTOMERS, names, rows, [moments[row[0]] for row in rows])
    customers = {one.id: one.customer_id for one in asked}
    found.customers = [customers[key] for key in found.ids]
    return found


class _Field(FunctionElement[Any]):
    """One field of what is asked, as its type."""

    inherit_cache = True
    name = "field"

    def __init__(self, row: sa.ColumnElement[Any], place: int, of: TypeEngine[Any]) -> None:
        super().__init__(row, sa.literal_column(str(place)))
        self.type = of


@compiles(_Field, "postgresql")
def _field_postgresql(element: _Field, compiler: SQLCompiler, **kw: Any) -> str:
    row, place = (compiler.process(each, **kw) for each in element.clauses)
    kind = compiler.dialect.type_compiler_instance.process(element.type.dialect_impl(compiler.dialect))
    return f"CAST({row} ->> {place} AS {kind})"


@compiles(_Field, "sqlite")
def _field_sqlite(element: _Field, compiler: SQLCompiler, **kw: Any) -> str:
    row, place = (compiler.process(each, **kw) for each in element.clauses)
    return f"json_extract({row}, '$[{place}]')"


class _Rows(FunctionElement[Any]):
    """A list of lists as rows."""

    inherit_cache = True
    name = "rows"


@compiles(_Rows, "postgresql")
def _rows_postgresql(element: _Rows, compiler: SQLCompiler, **kw: Any) -> str:
    (text,) = (compiler.process(each, **kw) for each in element.clauses)
    return f"(SELECT value FROM jsonb_array_elements(CAST({text} AS jsonb)))"  # noqa: S608  # compiled SQL


@compiles(_Rows, "sqlite")
def _rows_sqlite(element: _Rows, compiler: SQLCompiler, **kw: Any) -> str:
    (text,) = (compiler.process(each, **kw) for each in element.clauses)
    return f"json_each({text})"


def _asked() -> sa.CTE:
    rows = _Rows(sa.bindparam("asked", type_=sa.Text())).table_valued(sa.column("value", sa.Text()), name="each")
    fields = (_Field(rows.c.value, place, of).label(name) for place, (name, of) in enumerate(_FIELDS.items()))
    return sa.select(*fields).select_from(rows).cte("asked")


_ASKED: Final = _asked()
_INSTANTS: Final = tuple(name for name in _FIELDS if name not in ("id", "customer_id"))


@lru_cache(maxsize=64)
def _statement(columns: Columns) -> sa.Select[Any]:
    subjects = _through(CUSTOMER)
    return joined(subjects, columns, _subquery).order_by(subjects.c.id)


@cache
def _through(table: sa.Table) -> sa.Subquery:
    """The rows of a table once for each asking about their customer, with its id and its instants."""
    key = table.c["id" if table is CUSTOMER else "customer_id"]
    others = [column for column in table.c if column is not key]
    instants = [_ASKED.c[name].label(f"asked_{name}") for name in _INSTANTS]
    chosen = sa.select(_ASKED.c.id.label(key.name), *others, *instants)
    about = chosen.join_from(_ASKED, table, key == _ASKED.c.customer_id)
    return (about.where(table.c.id != _ASKED.c.id) if table is _TICKET else about).subquery(f"{table.name}_asked")


def _subquery(part: Part, names: frozenset[str]) -> sa.Subquery:
    """What a part gives, asked through the list."""
    [key] = part.key.base_columns
    here = _through(cast("sa.Column[Any]", key).table)
    whole = cast("ExternallyTraversible", part.subquery(names, all_of_them).element)
    asked = replacement_traverse(whole, {}, lambda element, **_: _replaced(element, here))
    return cast("sa.Select[Any]", asked).subquery(part.name)


def _replaced(element: Any, here: sa.Subquery) -> Any:
    """What stands in place of a table, of its columns, and of the instants; nothing in place of anything else."""
    if isinstance(element, sa.Table):
        return _through(element)
    if isinstance(element, sa.Column) and isinstance(element.table, sa.Table):
        return _through(element.table).c[element.name]
    if isinstance(element, sa.BindParameter) and element.key in _INSTANTS:
        return here.c[f"asked_{element.key}"]
    return None


def _text(asked: Sequence[Asked]) -> str:
    return orjson.dumps([_fields(one) for one in asked]).decode()


def _fields(one: Asked) -> list[str]:
    known = {"id": one.id, "customer_id": one.customer_id, **one.moment.parameters()}
    return [_plain(known[name]) for name in _FIELDS]


def _plain(value: uuid.UUID | dt.date) -> str:
    return instant_text(value) if isinstance(value, dt.datetime) else str(value)
