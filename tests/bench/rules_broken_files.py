"""Thirty files of rules for grading that may never come into force, each broken in its own way."""

from __future__ import annotations

import dataclasses
from typing import Final

from resolvers.decisions.grading import RULE_SET
from resolvers.rule_sets.library import shipped

SHIPPED: Final = shipped()[RULE_SET]
ROWS: Final = 2_000
LARGE: Final = 10_000_000
"""Bytes."""


@dataclasses.dataclass(frozen=True)
class Broken:
    """What is wrong with a rule file or its cases, and the bytes of both."""

    what: str
    text: bytes
    cases: bytes = SHIPPED.cases.encode()


def broken_files() -> list[Broken]:
    """All of them, in a fixed order."""
    return [*_as_bytes(), *_large(), *_as_yaml(), *_as_tables(), *_with_cases()]


def _edited(what: str, old: str, new: str) -> Broken:
    """What ships, but for one place."""
    if SHIPPED.text.count(old) < 1:
        raise RuntimeError(f"{RULE_SET} holds no {old!r} any more, so nothing would be broken")
    return Broken(what, SHIPPED.text.replace(old, new, 1).encode())


def _as_bytes() -> list[Broken]:
    text = SHIPPED.text
    middle = text.index("客户等级不因") + 2
    return [
        Broken("empty", b""),
        Broken("half-written", text[: len(text) // 2].encode()),
        Broken("cut within a character", text[:middle].encode()[:-1]),
        Broken("in GB18030", text.encode("gb18030")),
        Broken("in UTF-16", text.encode("utf-16")),
        _edited("with NUL", "owner: service", "owner: \0service"),
        _edited("with a line separator of Unicode", "owner: ", "\u2028owner: "),
        Broken("a page of HTML", b"<!doctype html>\n<title>Sign in</title>\n"),
    ]


def _as_yaml() -> list[Broken]:
    bomb = "a: &a [x]\n" + "".join(f"b{number}: &b{number} [*a, *a, *a, *a]\n" for number in range(40))
    chain = SHIPPED.text[: SHIPPED.text.index("outputs:")] + _CHAIN
    return [
        Broken("a bomb of aliases", bomb.encode()),
        Broken("deep lists", b"owner: " + b"[" * 5_000 + b"]" * 5_000),
        Broken("two documents", f"{SHIPPED.text}\n---\n{SHIPPED.text}".encode()),
        _edited("a tag that calls", "owner: service-management", "owner: !!python/object/apply:os.getcwd []"),
        Broken("rules in a circle", chain.encode()),
    ]


_CHAIN: Final = """\
conclusions:
  grade: {type: enum, values: [VIP, KEY, NORMAL, POTENTIAL], default: NORMAL}
  hold: {type: boolean, default: false}
rules:
  - {id: one, when: {hold: true}, then: {grade: VIP}, reason: {zh: 一, en: one}}
  - {id: other, when: {grade: VIP}, then: {hold: true}, reason: {zh: 二, en: other}}
"""


def _as_tables() -> list[Broken]:
    lines = SHIPPED.text.splitlines(keepends=True)
    [last] = [number for number, line in enumerate(lines) if line.startswith("  | normal ")]
    twice = [*lines[: last + 1], lines[last].replace("normal ", "normal2"), *lines[last + 1 :]]
    return [
        _edited("an unknown fact", "reads: [current_grade", "reads: [current_greade"),
        _edited("a wrong unit", "< 90 ", "< 90吨"),
        _edited("a wrong type", "| < 90 ", "| VIP  "),
        _edited("an operator of full width that is none", ">= 50万", "＝＞50万"),
        _edited("a number with separators", ">= 50万", ">= 500,000"),
        _edited("a row that never decides", ">= 50万", ">= 30万"),
        _edited("rows that overlap", "hit_policy: FIRST", "hit_policy: UNIQUE"),
        _edited("a grade that nobody knows", "POTENTIAL], meaning", "POTENTIAL, GOLD], meaning"),
        _edited("a reason of an unknown fact", "{value_12m} 元，达到 50 万", "{value_99m} 元，达到 50 万"),
        Broken("the same row twice", "".join(twice).encode()),
        Broken("facts that no row takes", "".join(lines[:last]).encode()),
    ]


def _large() -> list[Broken]:
    head, _, table = SHIPPED.text.partition("table: |\n")
    titles = next(line for line in table.splitlines(keepends=True) if line.startswith("  | row "))
    rows = [_row(f"r{number}", f"[{number}..{number + 1})") for number in range(ROWS - 2)]
    ends = [_row("below", "< 0"), _row("above", f">= {ROWS - 2}, null")]
    overlap = head.replace("FIRST", "UNIQUE") + "table: |\n" + titles
    return [
        Broken("10 MB", SHIPPED.text.encode() + b"# and so on\n" * (LARGE // 12)),
        Broken("2,000 rows, of which the last overlaps", _joined(overlap, rows, ends[0], _row("above", ">= 9, null"))),
        Broken("2,000 rows, with a slip in the last", _joined(overlap, rows, ends[0], _row("above", ">= 9万万x"))),
    ]


def _row(name: str, value: str) -> str:
    return f"  | {name} | - | - | {value} | - | - | NORMAL | false | 消费 {{value_12m}} | spent {{value_12m}} |\n"


def _joined(head: str, rows: list[str], *ends: str) -> bytes:
    return (head + "".join([*rows, *ends])).encode()


def _with_cases() -> list[Broken]:
    text, cases = SHIPPED.text.encode(), SHIPPED.cases
    return [
        Broken("a case that fails", text, cases.replace("row: vip_up}", "row: vip_keep}", 1).encode()),
        Broken("without cases", text, b""),
        Broken("cases of another rule set", text, cases.replace("rule_set: grading", "rule_set: routing").encode()),
    ]
