"""Limits that no document of these tests reaches, for what is not about limits; and answers without what they cost."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from resolvers.reading.limits import Limits

LAX = Limits(first_required=False, **{each.name: 10**9 for each in fields(Limits) if each.type == "int"})


def bare(body: bytes) -> Any:
    """An answer as JSON without its extensions."""
    answer = json.loads(body)
    answer.pop("extensions", None)
    return answer
