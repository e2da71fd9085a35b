"""Drafts: what a caller wants written, as frozen dataclasses whose annotations say what each field may hold."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson

from resolvers.problems import Code, Problem, refuse_any
from resolvers.text import BadText, Text, clean_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

D = TypeVar("D", bound="DataclassInstance")


class Unset(enum.Enum):
    """The value of a field that the caller did not mention: leave it as it is."""

    UNSET = enum.auto()


UNSET: Final = Unset.UNSET


@dataclass(frozen=True)
class Of:
    """A field's rule: the id of a record of this GraphQL type."""

    type_name: str


@dataclass(frozen=True)
class Many:
    """A list's rule: at most so many items."""

    most: int


CustomerId = Annotated[uuid.UUID, Of("Customer")]
ContactId = Annotated[uuid.UUID, Of("Contact")]
StaffId = Annotated[uuid.UUID, Of("Staff")]
DepartmentId = Annotated[uuid.UUID, Of("Department")]
AssignmentId = Annotated[uuid.UUID, Of("Assignment")]
HandoverId = Annotated[uuid.UUID, Of("Handover")]
TicketId = Annotated[uuid.UUID, Of("Ticket")]
RuleVersionId = Annotated[uuid.UUID, Of("RuleVersion")]
RuleSimulationId = Annotated[uuid.UUID, Of("RuleSimulation")]
DutyId = Annotated[uuid.UUID, Of("Duty")]
CreditChangeId = Annotated[uuid.UUID, Of("CreditChange")]


@dataclass(frozen=True)
class FieldRule:
    """What a draft's annotations say about one field."""

    name: str
    nullable: bool
    rules: tuple[object, ...]

    @property
    def text(self) -> Text | None:
        """The rule of the field's text, or of the texts in its list."""
        return next((rule for rule in self.rules if isinstance(rule, Text)), None)

    @property
    def many(self) -> Many | None:
        """The rule of the field's list."""
        return next((rule for rule in self.rules if isinstance(rule, Many)), None)

    @property
    def types(self) -> tuple[str, ...]:
        """The GraphQL types whose ids the field takes; none when it holds no id."""
        return tuple(rule.type_name for rule in self.rules if isinstance(rule, Of))


@cache
def field_rules(draft: type[DataclassInstance]) -> tuple[FieldRule, ...]:
    """The rules of all fields of a kind of draft."""
    hints = get_type_hints(draft, include_extras=True)
    return tuple(_field_rule(field.name, hints[field.name]) for field in fields(draft))


def _field_rule(name: str, hint: object) -> FieldRule:
    parts = tuple(_parts(hint))
    return FieldRule(name, NoneType in parts, tuple(part for part in parts if isinstance(part, Text | Of | Many)))


def _parts(hint: object) -> Iterator[object]:
    """The types of a union and the rules in its annotations, however they are nested."""
    if get_origin(hint) in (Union, UnionType, Annotated, tuple):
        for part in get_args(hint):
            yield from _parts(part)
    else:
        yield hint


def field_names(draft: type) -> tuple[str, ...]:
    """The names of all fields of a kind of draft."""
    return tuple(rule.name for rule in field_rules(draft))


def numbered(field: str, keys: Sequence[uuid.UUID]) -> dict[str, uuid.UUID]:
    """The ids of a list by the names of their places, `customer_ids.2` the third: what a problem with one is about."""
    return {f"{field}.{place}": key for place, key in enumerate(keys)}


def cleaned(draft: D) -> D:
    """The draft with its texts and instants as they are kept. Raises Refused with every problem of every field."""
    problems: list[Problem] = []
    kept: dict[str, Any] = {}
    for rule in field_rules(type(draft)):
        value = getattr(draft, rule.name)
        if value is UNSET:
            continue
        kept[rule.name] = new = _cleaned_value(value, rule, problems)
        if new is None and not rule.nullable and not any(p.field == rule.name for p in problems):
            problems.append(Problem(Code.REQUIRED, rule.name, "a value is needed here"))
    refuse_any(problems)
    return replace(draft, **kept)


def _cleaned_value(value: Any, rule: FieldRule, problems: list[Problem]) -> Any:
    if isinstance(value, dt.datetime):
        return _cleaned_instant(value, rule.name, problems)
    if rule.many and isinstance(value, tuple):
        return _cleaned_list(value, rule, rule.many, problems)
    if rule.text and isinstance(value, str):
        return _cleaned_text(value, rule.text, rule.name, problems)
    return value


def _cleaned_text(value: str, rule: Text, field: str, problems: list[Problem]) -> str | None:
    try:
        return clean_text(value, rule)
    except BadText as bad:
        problems.append(Problem(bad.code, field, str(bad)))
        return None


def _cleaned_list(values: tuple[Any, ...], rule: FieldRule, many: Many, problems: list[Problem]) -> tuple[Any, ...]:
    if len(values) > many.most:
        problems.append(Problem(Code.TOO_MANY, rule.name, f"the list has more than {many.most} items"))
        return ()
    if rule.text is None:
        return values
    texts = (_cleaned_text(value, rule.text, f"{rule.name}.{n}", problems) for n, value in enumerate(values))
    return tuple(dict.fromkeys(text for text in texts if text is not None))


def _cleaned_instant(value: dt.datetime, field: str, problems: list[Problem]) -> dt.datetime | None:
    if value.tzinfo is None:
        problems.append(Problem(Code.INVALID_TIME, field, "the time has no time zone; write 2026-01-31T09:30:00+08:00"))
        return None
    if not 1900 <= value.year < 2200:
        problems.append(Problem(Code.INVALID_TIME, field, "the time lies outside of the years 1900 to 2199"))
        return None
    return value.astimezone(dt.UTC)


def digest(draft: DataclassInstance) -> str:
    """A text that differs wherever two drafts do: what an idempotency key is bound to."""
    values = {f.name: getattr(draft, f.name) for f in fields(draft) if getattr(draft, f.name) is not UNSET}
    written = orjson.dumps(values, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(written).hexdigest()
