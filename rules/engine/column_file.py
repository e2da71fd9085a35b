"""The inputs and outputs that a rule file declares."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from rules.engine.checking import NAME, Checked
from rules.engine.expression import Constant, read_expression
from rules.engine.keys import INPUT, Keys
from rules.engine.kinds import Column, Kind, MisfitError, did_you_mean, fitting
from rules.engine.literal import moment
from rules.engine.problem import CellError
from rules.engine.yaml_tree import Node

MOST_COLUMNS: Final = 60


def read_columns(checked: Checked, node: Node, keys: Keys = INPUT) -> tuple[dict[str, Column], dict[str, Node]]:
    """The columns by their names, and the nodes of their defaults, if `keys` has them."""
    columns: dict[str, Column] = {}
    defaults: dict[str, Node] = {}
    entries = checked.mapping(node)
    if len(entries) > MOST_COLUMNS:
        checked.wrong(node, f"more than {MOST_COLUMNS} columns")
    for text, entry in entries.items():
        name = checked.name((node.keys or {})[text])
        found = checked.mapping(entry, keys.names, INPUT.needed)
        column = column_of(checked, name or "it", found) if found else None
        if name and column:
            columns[name] = column
            if "default" in found:
                defaults[name] = found["default"]
    return columns, defaults


def column_of(checked: Checked, name: str, found: Mapping[str, Node]) -> Column | None:
    """A column as its keys declare it; None if its type is not known, which is noted."""
    kind = _kind(checked, found.get("type"))
    if kind is None:
        return None
    column = Column(
        name,
        kind,
        values=_values(checked, kind, found),
        nullable=bool(checked.scalar(found.get("nullable"), bool)),
        places=_places(checked, kind, found.get("places")),
        unit=_only_of_numbers(checked, kind, found, "unit"),
        units=_units(checked, kind, found),
    )
    bounds = [_bound(checked, column, found.get(key)) for key in ("min", "max")]
    if None not in bounds and bounds[0] > bounds[1]:
        checked.wrong(found["min"], "min is more than max")
    return Column(
        name, kind, column.values, bounds[0], bounds[1], column.nullable, column.places, column.unit, column.units
    )


def _kind(checked: Checked, node: Node | None) -> Kind | None:
    if node is None:
        return None
    kinds = tuple(Kind)
    if node.value in kinds:
        return Kind(node.value)
    checked.wrong(node, f"{node.value} is not a type{did_you_mean(str(node.value), kinds)}")
    return None


def _values(checked: Checked, kind: Kind, found: Mapping[str, Node]) -> tuple[str, ...]:
    node = found.get("values")
    if kind is not Kind.ENUM:
        if node is not None:
            checked.wrong(node, f"only an enum has values, and this is of type {kind}")
        return ()
    if node is None:
        checked.wrong(found["type"], "an enum needs its values: [A, B]")
        return ()
    values: list[str] = []
    for each in checked.items(node):
        text = unicodedata.normalize("NFC", checked.scalar(each, str) or "")
        if text in values:
            checked.wrong(each, f"{text} is here twice")
        elif text:
            values.append(text)
        elif each.value == "":
            checked.wrong(each, "an empty text is no value of an enum. Leave it out, or write nullable: true")
    return tuple(values)


def _only_of_numbers(checked: Checked, kind: Kind, found: Mapping[str, Node], key: str) -> str:
    node = found.get(key)
    if node is not None and kind is not Kind.NUMBER:
        checked.wrong(node, f"only a number has {key}, and this is of type {kind}")
        return ""
    return checked.scalar(node, str) or ""


def _places(checked: Checked, kind: Kind, node: Node | None) -> int | None:
    number = checked.scalar(node, Decimal)
    if node is None or number is None:
        return None
    if kind is not Kind.NUMBER or number not in range(13):
        checked.wrong(node, "places are of a number, from 0 for whole numbers to 12")
        return None
    return int(number)


def _units(checked: Checked, kind: Kind, found: Mapping[str, Node]) -> tuple[tuple[str, Decimal], ...]:
    node = found.get("units")
    if node is None:
        return ()
    if kind is not Kind.NUMBER:
        checked.wrong(node, f"only a number has units, and this is of type {kind}")
    units = []
    for name, factor in checked.mapping(node).items():
        number = checked.scalar(factor, Decimal)
        if not (name == "%" or NAME.fullmatch(name)) or (number is not None and number <= 0):
            checked.wrong(factor, "a unit is a word with a positive number: {weeks: 7}")
        elif number is not None:
            units.append((name, number))
    return tuple(units)


def _bound(checked: Checked, column: Column, node: Node | None) -> Any:
    if node is None:
        return None
    if not column.kind.is_ordered:
        checked.wrong(node, f"a column of type {column.kind} has no min and max")
        return None
    try:
        return fitting(column, given(column, node))
    except (MisfitError, ValueError) as error:
        checked.wrong(node, str(error))
        return None


def given(column: Column, node: Node) -> object:
    """A value in a file for a column: as YAML has it, or as a cell has it (`50万`), or an ISO text.

    Raises:
        ValueError: it is a text that the column cannot read.
    """
    value = node.value
    if not isinstance(value, str) or column.kind in (Kind.TEXT, Kind.ENUM):
        return value
    if column.kind in (Kind.TIME, Kind.INSTANT, Kind.DURATION):
        try:
            return moment(column.kind, value)
        except (ValueError, OverflowError):
            raise ValueError(f"{value[:40]!r} is no {column.kind}") from None
    try:
        found = read_expression(value, column, {})
    except CellError as error:
        raise ValueError(error.in_words()) from None
    return found.value if isinstance(found, Constant) else value
