"""Drafts as clients write them."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import fields
from decimal import Decimal
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from resolvers.drafts import UNSET, FieldRule, field_rules
from resolvers.global_id import encode


def wire(value: Any, rule: FieldRule) -> Any:
    """A draft's value as a client writes it."""
    if isinstance(value, uuid.UUID):
        return encode(rule.types[0], value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [wire(one, rule) for one in value]
    return str(value) if isinstance(value, Decimal) else value


def written(draft: Any) -> dict[str, Any]:
    """A draft as a client writes it, defaults left out."""
    defaults = {field.name: field.default for field in fields(draft)}
    values = {rule.name: (rule, getattr(draft, rule.name)) for rule in field_rules(type(draft))}
    return {
        to_camel_case(name): wire(value, rule)
        for name, (rule, value) in values.items()
        if value is not UNSET and value != defaults[name]
    }
