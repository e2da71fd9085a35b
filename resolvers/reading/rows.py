"""What a declaration's lambda sees as a row: columns of an alias, of a payload, of a hole, or a probe's notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators

from store.clearance import Clearance


class Columns:
    """An alias's columns, made when asked for: SQLAlchemy's own collection would copy all and track correlation."""

    def __init__(self, name: str, table: sa.Table, quote: Callable[[str], str]) -> None:
        self._name, self._table, self._quote = name, table, quote

    def __getitem__(self, key: str) -> sa.ColumnElement[Any]:
        column = self._table.c[key]
        return sa.literal_column(f"{self._name}.{self._quote(column.name)}", column.type)

    def __getattr__(self, key: str) -> sa.ColumnElement[Any]:
        return self[key]


class Alias:
    """A table under a name of its own inside one statement."""

    def __init__(self, name: str, table: sa.Table, quote: Callable[[str], str]) -> None:
        self.table = table
        self.source = table.alias(name)
        self.columns = Columns(name, table, quote)


class Named:
    """Expressions under names: the row of a part that was given its values."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None

    __getitem__ = __getattr__


class FromSource:
    """Stands for the Python object above an entry (a mutation's payload): its attributes become bind parameters."""

    def __init__(self, bind: Callable[[str], Any]) -> None:
        self._bind = bind

    def __getattr__(self, name: str) -> Any:
        return self._bind(name)


class FromHole:
    """Stands for a parent row whose needed columns come as a JSON array (SQLite's deep selections)."""

    def __init__(self, row: Any) -> None:
        self.row = row
        self.names: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name not in self.names:
            self.names.append(name)
        path: Any = sa.literal_column(f"'$[{self.names.index(name)}]'")
        value = sa.func.json_extract(sa.literal_column("hole.value"), path)
        return sa.type_coerce(value, self.row[name].type)

    __getitem__ = __getattr__


ANY_VALUE: sa.ColumnClause[Any] = sa.literal_column("any_value")
"""Stands for an argument while columns are probed."""


class Probe:
    """A row that only notes the highest level of the columns that were asked for, and whether one may be NULL."""

    def __init__(self, table: sa.Table | None) -> None:
        self._table = table
        self.level = Clearance.PUBLIC
        self.nullable = False

    def __getitem__(self, key: str) -> Any:
        if self._table is None:
            return ANY_VALUE
        column = self._table.c[key]
        self.level = max(self.level, column.info.get("clearance", Clearance.PUBLIC))
        self.nullable |= bool(column.nullable)
        return sa.literal_column(column.name, column.type)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]


def columns_of(order: Any) -> tuple[str, bool]:
    """A declared order as (column name, descending)."""
    if isinstance(order, sa.UnaryExpression):
        return str(order.element.key), order.modifier is operators.desc_op
    return str(order.key), False
