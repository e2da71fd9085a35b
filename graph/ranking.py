"""Who takes over best: one order for both stores, told so that a person can follow it.

Colleagues of the same department come first. Then those with fewer customers, counted in tens, for one more or less
says nothing. Then who shares more of the skills, then of the languages. Then the exact number, and the id.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from graph.port import CANDIDATES, Successor

BAND: Final = 10
"""Customers by which two loads must differ to count as different."""

_BETWEEN: Final = re.compile(r"[\s,;/|、，；]+")


class Candidate(NamedTuple):
    """Someone who is asked: what is on record of them, and of the person who leaves."""

    staff_id: uuid.UUID
    same_department: bool
    load: int
    skills: str | None
    languages: str | None
    wanted_skills: str | None
    wanted_languages: str | None


def ranked(candidates: Iterable[Candidate], first: int = CANDIDATES) -> tuple[Successor, ...]:
    """The best candidates, best first."""
    return tuple(sorted(map(_successor, candidates), key=_rank)[:first])


@lru_cache(maxsize=4096)
def words(text: str | None) -> frozenset[str]:
    """The single words of a list as people write it: `Zh, en` is {zh, en}."""
    return frozenset(word for word in _BETWEEN.split((text or "").casefold()) if word)


def _successor(one: Candidate) -> Successor:
    skills = tuple(sorted(words(one.skills) & words(one.wanted_skills)))
    languages = tuple(sorted(words(one.languages) & words(one.wanted_languages)))
    return Successor(one.staff_id, one.same_department, one.load, skills, languages)


def _rank(one: Successor) -> tuple[object, ...]:
    return (
        not one.same_department,
        one.load // BAND,
        -len(one.skills),
        -len(one.languages),
        one.load,
        one.staff_id,
    )
