"""Cursors: signed places in the log, which nobody can make up, and which outlive a change of keys."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.cursor import BadCursor, CursorKeys, Position, UnknownKey
from outbox.epoch import NoKeyLeft, add_key
from outbox.event import LogKeyRow
from tests.factories import NOW

pytestmark = pytest.mark.anyio

PLACE = Position("abcd1234", 7_000_000_000, b"\x01\x02\x03\x04")


async def nothing() -> dict[int, bytes]:
    return {}


def keys_of(*numbers: int, load=nothing) -> CursorKeys:
    return CursorKeys({number: bytes([number]) * 32 for number in numbers}, load)


KEYS = keys_of(1)


@given(st.builds(Position, st.just("00ff00ff"), st.integers(0, 2**63 - 1), st.binary(min_size=4, max_size=4)))
def test_a_cursor_is_short_and_says_where_it_was_taken(position):
    text = KEYS.sign(position)

    assert len(text) == 42
    assert KEYS.read(text) == position


@given(st.data())
def test_a_cursor_that_was_changed_anywhere_is_refused(data):
    text = KEYS.sign(PLACE)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("ABCXYZabcxyz0189-_").filter(lambda each: each != text[at]))

    with pytest.raises(BadCursor):
        KEYS.read(text[:at] + other + text[at + 1 :])


@given(st.text())
def test_any_other_text_is_refused(text):
    with pytest.raises(BadCursor):
        KEYS.read(text)


@pytest.mark.parametrize("spoil", ["{}=", "{}A", " {}", "{}\n", "{}=="])
def test_a_cursor_has_one_spelling_only(spoil):
    with pytest.raises(BadCursor, match="no cursor of the event log"):
        KEYS.read(spoil.format(KEYS.sign(PLACE)))


def test_another_secret_under_the_same_number_is_refused():
    with pytest.raises(BadCursor, match="not given out here"):
        CursorKeys({1: b"x" * 32}, nothing).read(KEYS.sign(PLACE))


def test_the_newest_key_signs_and_all_are_read():
    both = keys_of(1, 2)

    assert both.read(KEYS.sign(PLACE)) == PLACE
    assert keys_of(2).read(both.sign(PLACE)) == PLACE
    with pytest.raises(UnknownKey):
        KEYS.read(both.sign(PLACE))


async def test_a_key_that_another_process_made_is_read_when_it_is_met(database, keys):
    before = keys.sign(PLACE)
    number = await add_key(database, now=NOW)
    async with database.transaction() as session:
        row = await session.get_one(LogKeyRow, number)
    elsewhere = CursorKeys({number: bytes.fromhex(row.secret)}, nothing)

    assert number == 2
    assert await keys.accept(elsewhere.sign(PLACE)) == PLACE
    assert await keys.accept(before) == PLACE
    assert keys.sign(PLACE) == elsewhere.sign(PLACE), "it signs with the new one from then on"
    async with database.transaction() as session:
        await session.delete(await session.get_one(LogKeyRow, number))


async def test_cursors_of_keys_that_do_not_exist_are_refused_and_make_us_read_the_keys_once():
    readings = 0

    async def load() -> dict[int, bytes]:
        nonlocal readings
        readings += 1
        await asyncio.sleep(0.01)
        return {1: bytes([1]) * 32}

    keys, forged = keys_of(1, load=load), keys_of(9).sign(PLACE)
    refused = await asyncio.gather(*(keys.accept(forged) for _ in range(50)), return_exceptions=True)

    assert {type(each) for each in refused} == {UnknownKey}
    assert readings == 1


async def test_keys_can_be_named_by_one_byte_only(database):
    async with database.transaction() as session:
        session.add(LogKeyRow(number=255, secret="ab" * 32, made_at=NOW))
    try:
        with pytest.raises(NoKeyLeft, match="255"):
            await add_key(database, now=NOW)
    finally:
        async with database.transaction() as session:
            await session.delete(await session.get_one(LogKeyRow, 255))
