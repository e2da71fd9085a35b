"""What happens to texts and drafts on their way in."""

from __future__ import annotations

import datetime as dt
import unicodedata
import uuid
from dataclasses import dataclass
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.drafts import UNSET, ContactId, Many, Unset, cleaned, digest, field_names, field_rules
from resolvers.global_id import BadGlobalId, decode, encode
from resolvers.problems import Refused
from resolvers.text import BadText, Key, Line, Prose, Text, clean_text

LINE, PROSE = Text(20), Text(20, prose=True)


@dataclass(frozen=True)
class Example:
    """A draft with a field of each sort."""

    name: Line
    at: dt.datetime | None = None
    code: Key | Unset = UNSET
    note: Prose | Unset | None = UNSET
    contact_id: ContactId | None = None
    words: Annotated[tuple[Line, ...], Many(2)] = ()
    numbers: Annotated[tuple[int, ...], Many(2)] = ()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  plain ", "plain"),
        ("Cafe\u0301", "Café"),
        ("张伟", "张伟"),
        ("\u3000张伟\u3000", "张伟"),
        ("👩\u200d🔧", "👩\u200d🔧"),
        ("", None),
        (" \t ", None),
        ("\u200b\u200d", None),
        ("-", "-"),
    ],
)
def test_a_line_is_kept_trimmed_and_composed(text: str, kept: str | None):
    assert clean_text(text, LINE) == kept


def test_prose_keeps_its_lines():
    assert clean_text("a\r\n\tb\n", PROSE) == "a\n\tb"


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\u2028b", "a\x00b", "a\x7fb", "a\x9fb", "a\uffffb", "\udc00"])
def test_a_line_holds_no_controls(text: str):
    with pytest.raises(BadText) as bad:
        clean_text(text, LINE)
    assert bad.value.code == "INVALID_TEXT"


@pytest.mark.parametrize("text", ["x" * 20, "e\u0301" * 20, "x" * 20 + " " * 60])
def test_length_counts_characters_after_composing_and_trimming(text: str):
    assert len(clean_text(text, LINE) or "") == 20


@pytest.mark.parametrize("text", ["x" * 21, "x" * 81, " " * 81])
def test_a_text_may_be_too_long(text: str):
    with pytest.raises(BadText) as bad:
        clean_text(text, LINE)
    assert bad.value.code == "TOO_LONG"


@given(st.text(st.characters(exclude_categories=()), max_size=100), st.sampled_from([LINE, PROSE]))
def test_what_is_kept_is_kept_again_and_fits_every_store(text: str, rule: Text):
    try:
        kept = clean_text(text, rule)
    except BadText:
        return
    if kept is not None:
        assert clean_text(kept, rule) == kept
        assert len(kept) <= rule.most
        assert kept == unicodedata.normalize("NFC", kept).strip()
        assert "\0" not in kept
        kept.encode()


def test_rules_come_from_the_annotations():
    rules = {rule.name: rule for rule in field_rules(Example)}
    assert field_names(Example) == tuple(rules)
    assert rules["contact_id"].types == ("Contact",)
    assert rules["note"].text == Text(10_000, prose=True)
    assert rules["words"].many == Many(2)
    assert {name for name, rule in rules.items() if rule.nullable} == {"at", "note", "contact_id"}


def test_a_draft_is_cleaned_as_a_whole():
    shanghai = dt.timezone(dt.timedelta(hours=8))
    at = dt.datetime(2026, 3, 2, 9, tzinfo=shanghai)
    kept = cleaned(Example(" Ann ", at=at, note=" ", words=(" a ", "a"), numbers=(1, 1)))
    assert kept == Example("Ann", at=at, note=None, words=("a",), numbers=(1, 1))
    assert kept.at is not None
    assert kept.at.tzinfo is dt.UTC
    assert kept.code is UNSET


def test_every_problem_of_a_draft_is_told():
    naive = dt.datetime(2026, 3, 2)  # noqa: DTZ001  # it is to be refused
    with pytest.raises(Refused) as refused:
        cleaned(Example("", at=naive, code="\x00", note="\x00", words=("a", "\x00"), numbers=(1, 2, 3)))
    assert [(p.code, p.field) for p in refused.value.problems] == [
        ("REQUIRED", "name"),
        ("INVALID_TIME", "at"),
        ("INVALID_TEXT", "code"),
        ("INVALID_TEXT", "note"),
        ("INVALID_TEXT", "words.1"),
        ("TOO_MANY", "numbers"),
    ]


def test_digests_differ_where_drafts_do():
    drafts = [
        Example("a"),
        Example("b"),
        Example("a", note=None),
        Example("a", note="x"),
        Example("a", words=("x",)),
        Example("a", at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC)),
        Example("a", contact_id=uuid.UUID(int=1)),
    ]
    assert len({digest(draft) for draft in drafts}) == len(drafts)
    assert digest(Example("a")) == digest(Example("a"))


def test_a_global_id_names_type_and_row():
    key = uuid.uuid4()
    assert encode("Customer", key) == f"Customer:{key}"
    assert decode(encode("Customer", key), "Ticket", "Customer") == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Customer",
        "Customer:",
        "Customer:1",
        ":0190c0de-0000-7000-8000-000000000000",
        "Ticket:0190c0de-0000-7000-8000-000000000000",
        "customer:0190c0de-0000-7000-8000-000000000000",
        "Customer:0190C0DE-0000-7000-8000-000000000000",
        "Customer:{0190c0de-0000-7000-8000-000000000000}",
        "Customer:0190c0de00007000800000000000000000",
        "Customer:0190c0de-0000-7000-8000-000000000000\n",
        " Customer:0190c0de-0000-7000-8000-000000000000",
        "Customer:\x00",
        "\ud800",
        "Customer:" + "0" * 100_000,
    ],
)
def test_any_other_text_is_no_id(text: str):
    with pytest.raises(BadGlobalId):
        decode(text, "Customer")
