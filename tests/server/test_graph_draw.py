"""`c360 graph draw`: what the pictures show, what is refused and how it is said."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from graph.drawing import departments
from store.assignment import AssignmentRole
from store.relation import RelationKind
from store.staff import MembershipRole, StaffStatus
from tests.factories import TODAY
from tests.factories.assignment import add_assignment
from tests.factories.customer import add_customer
from tests.factories.department import add_department
from tests.factories.relation import add_relation
from tests.factories.staff import add_membership, add_staff
from tests.graph.adapters import open_copy, open_projector
from tests.neo4j_server import is_here, shared_url
from tests.server.running_cli import Outcome, c360
from tests.stores import opened

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "A&B <Ltd> \"Zoë\" '客户' شركة 👩‍👩‍👧‍👦"
DAY = TODAY.isoformat()


class Card(NamedTuple):
    """A card of a picture: its kind, all that it says, and the texts in it."""

    kind: str
    title: str
    texts: tuple[str, ...]


class Picture:
    """A picture as a browser would read it."""

    def __init__(self, text: str) -> None:
        self.root = ET.fromstring(text)
        self.text = text
        self.cards = [
            Card(group.attrib["class"].removeprefix("card "), self._title(group), self._texts(group))
            for group in self.root.iter(f"{SVG}g")
            if group.attrib["class"].startswith("card ")
        ]

    def _title(self, group: ET.Element) -> str:
        return group.findtext(f"{SVG}title") or ""

    def _texts(self, group: ET.Element) -> tuple[str, ...]:
        return tuple(each.text or "" for each in group.iter(f"{SVG}text"))

    def card(self, number: str) -> Card:
        (found,) = (card for card in self.cards if card.texts[0].split(" ")[0] == number)
        return found

    @property
    def labels(self) -> list[str]:
        return [each.text or "" for each in self.root.iter(f"{SVG}text") if "label" in each.get("class", "")]

    @property
    def heading(self) -> list[str]:
        (group,) = (each for each in self.root.iter(f"{SVG}g") if each.get("class") == "heading")
        return [each.text or "" for each in group.iter(f"{SVG}text")]


@pytest.fixture
def given(store_url) -> Callable[[Callable[[AsyncSession], Awaitable[Any]]], Any]:
    """Fills the store by a function."""

    def fill(rows: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        async def write() -> Any:
            async with opened(store_url) as database, database.transaction() as session:
                return await rows(session)

        return asyncio.run(write())

    return fill


@pytest.fixture
def run(capsys, store_url, tmp_path, monkeypatch) -> Callable[..., Outcome]:
    """Runs the command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("C360_NEO4J_URL", raising=False)
    return lambda *arguments: c360(capsys, "graph", "draw", *arguments, "--database", store_url)


@pytest.fixture
def draw(run) -> Callable[..., Picture]:
    """The picture that the command prints."""

    def picture(*arguments: str) -> Picture:
        found = run(*arguments, "--out", "-", "--as-of", DAY)
        assert (found.code, found.err) == (0, "")
        return Picture(found.out)

    return picture


async def house(session: AsyncSession) -> None:
    """A department with a head, one below it with an acting head, one that nobody leads, and one that is closed."""
    top = await add_department(session, number="D-1", name=NASTY)
    led = await add_department(session, number="D-2", name="Led by an acting head", parent=top)
    await add_department(session, number="D-3", name="Led by nobody", parent=top)
    await add_department(session, number="D-4", name="Closed", parent=led, closed_on=TODAY)
    boss = await add_staff(session, number="S-1", name="Boss")
    ill = await add_staff(session, number="S-2", name="Ill", status=StaffStatus.ON_LEAVE)
    deputy = await add_staff(session, number="S-3", name="Deputy")
    agent = await add_staff(session, number="S-4", name="Agent")
    await add_membership(session, boss, top, role=MembershipRole.HEAD)
    await add_membership(session, ill, led, role=MembershipRole.HEAD)
    await add_membership(session, deputy, led, role=MembershipRole.ACTING_HEAD)
    await add_membership(session, agent, led)
    for number in range(3):
        await add_customer(session, code=f"C-{number}", department_id=led.id)


async def market(session: AsyncSession) -> None:
    """A customer with an owner, a parent, someone who referred it, and those who are near through them."""
    own, parent = await add_customer(session, code="C-1", name=NASTY), await add_customer(session, code="C-2")
    referrer, sister = await add_customer(session, code="C-3"), await add_customer(session, code="C-4")
    owner = await add_staff(session, number="S-1", name="Owner")
    await add_assignment(session, own, owner)
    await add_relation(session, own, parent)
    await add_relation(session, own, referrer, kind=RelationKind.REFERRED_BY)
    await add_relation(session, sister, parent)
    for number in range(6):
        served = await add_customer(session, code=f"C-1{number}")
        await add_assignment(session, served, owner, role=AssignmentRole.BACKUP)
    await add_customer(session, code="C-99", name="Stranger")


def test_a_department_is_drawn_with_all_below_it_who_leads_them_and_their_customers(given, draw):
    given(house)

    picture = draw("--department", "D-1")

    assert [card.kind for card in picture.cards] == ["department"] * 4
    assert picture.card("D-1").title == f"D-1 · {NASTY} · Boss"
    assert picture.card("D-2").title == "D-2 · Led by an acting head · Deputy (acting head) · 3 customers"
    assert picture.card("D-3").title == "D-3 · Led by nobody · nobody leads it"
    assert picture.card("D-4").title == "D-4 · Closed · closed"
    assert picture.heading[1] == f"4 departments · as of {DAY}"


def test_only_some_levels_are_drawn_and_the_rest_is_counted(given, draw):
    given(house)

    picture = draw("--department", "D-1", "--levels", "1")

    assert [card.texts[0] for card in picture.cards] == ["D-1", "D-2 · 1 more below", "D-3"]


def test_departments_that_are_below_each_other_are_drawn_once(given, draw):
    """Commands keep the tree whole; a database that someone mended by hand may not be."""

    async def ring(session: AsyncSession) -> None:
        one = await add_department(session, number="D-1")
        other = await add_department(session, number="D-2", parent=one)
        one.parent_id = other.id

    given(ring)

    assert [card.texts[0] for card in draw("--department", "D-1").cards] == ["D-1", "D-2"]


def test_a_customer_is_drawn_with_who_is_near_and_how(given, draw):
    given(market)

    picture = draw("--customer", "C-1")

    near = {card.texts[0]: card.kind for card in picture.cards}
    served = {f"C-1{number}": "customer" for number in range(6)}
    assert near == {"C-1": "customer", "S-1": "staff", "C-2": "customer", "C-3": "customer", "C-4": "customer"} | served
    assert sorted(picture.labels) == ["referred by", "serves", "serves", "subsidiary of", "subsidiary of"]
    assert picture.heading[1] == f"10 neighbours, two relations away at most · as of {DAY}"
    assert picture.card("C-1").title == f"C-1 · {NASTY}"


def test_arrows_lead_from_who_serves_to_who_is_served(given, draw):
    async def rows(session: AsyncSession) -> None:
        await add_assignment(
            session, await add_customer(session, code="C-1"), await add_staff(session, number="S-1", name="Owner")
        )

    given(rows)
    picture = draw("--customer", "C-1")

    (content,) = (group for group in picture.root.iter(f"{SVG}g") if group.get("class") == "content")
    (way,) = (each.attrib["d"] for each in content.iter(f"{SVG}path") if each.get("class") == "serves")
    (arrow,) = content.iter(f"{SVG}polygon")
    at_customer, at_owner = (end.replace(" ", ",") for end in re.split("[ML]", way)[1:])
    assert arrow.attrib["points"].split(" ")[0] == at_customer
    assert float(at_owner.split(",")[0]) > float(at_customer.split(",")[0])


def test_a_customer_alone_is_drawn_and_said_to_be_alone(given, draw):
    given(market)

    picture = draw("--customer", "C-99")

    assert [card.texts for card in picture.cards] == [("C-99", "Stranger")]
    assert picture.heading[1] == f"nobody is related · as of {DAY}"


def test_an_escalation_path_goes_up_to_the_top(given, draw):
    given(house)

    picture = draw("--staff", "S-4")

    assert [card.title for card in picture.cards if card.kind == "staff"] == [
        "S-3 · Deputy · acting head",
        "S-1 · Boss · head",
        "S-4 · Agent",
    ]
    assert [card.texts[0] for card in picture.cards if card.kind == "department"] == ["D-2", "D-1"]
    assert picture.heading == ["Whom S-4 Agent turns to", f"2 steps up · as of {DAY}"]


def test_who_leads_their_own_department_turns_to_those_above(given, draw):
    given(house)

    picture = draw("--staff", "S-3")

    assert [card.texts[0] for card in picture.cards if card.kind == "staff"] == ["S-3", "S-1"]
    assert picture.heading[1] == f"1 step up · as of {DAY}"


def test_departments_that_nobody_leads_are_passed_over(given, draw):
    async def rows(session: AsyncSession) -> None:
        top = await add_department(session, number="D-1")
        empty = await add_department(session, number="D-2", parent=top)
        home = await add_department(session, number="D-3", parent=empty)
        await add_membership(session, await add_staff(session, number="S-1"), top, role=MembershipRole.HEAD)
        await add_membership(session, await add_staff(session, number="S-2"), home)

    given(rows)
    picture = draw("--staff", "S-2")

    assert [card.title for card in picture.cards if card.kind == "staff"] == [
        "nobody leads it",
        "nobody leads it",
        "S-1 · 王芳 · head",
        "S-2 · 王芳",
    ]
    assert picture.heading[1] == f"1 step up · as of {DAY}"


def test_the_words_are_chinese_where_that_is_asked(given, draw):
    given(house)

    picture = draw("--department", "D-1", "--locale", "zh")

    assert picture.card("D-2").title == "D-2 · Led by an acting head · Deputy (代理负责人) · 3 个客户"
    assert picture.root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "zh"


def test_a_picture_says_what_it_shows_to_who_cannot_see_it(given, draw):
    given(house)

    root = draw("--department", "D-1").root

    assert root.attrib["role"] == "img"
    named = root.attrib["aria-labelledby"].split(" ")
    told = {each.get("id"): each.text for each in root if each.get("id")}
    assert [told[name] for name in named] == [f"D-1 {NASTY}", f"D-1 {NASTY}: 4 departments · as of {DAY}"]


def test_the_day_decides_who_leads(given, run):
    given(house)

    earlier = Picture(run("--department", "D-1", "--out", "-", "--as-of", "2020-01-01").out)

    assert earlier.card("D-1").title == f"D-1 · {NASTY} · nobody leads it"
    assert run("--department", "D-1", "--as-of", "yesterday").code == 2


def test_the_picture_goes_into_a_file_named_after_the_number(given, run, tmp_path):
    given(house)

    found = run("--department", "D-1")
    assert (found.code, found.out) == (0, "D-1.svg shows D-1\n")
    run("--department", "D-1", "--out", "tree.svg")

    one, other = (tmp_path / name for name in ("D-1.svg", "tree.svg"))
    assert one.read_text("utf-8") == other.read_text("utf-8")
    assert len(Picture(one.read_text("utf-8")).cards) == 4


def test_a_number_cannot_lead_out_of_the_folder(given, run, tmp_path):
    given(lambda session: add_customer(session, code="../C/1"))

    assert run("--customer", "../C/1").code == 0
    assert [path.name for path in tmp_path.glob("*.svg")] == [".._C_1.svg"]


def test_a_file_that_cannot_be_written_is_said(given, run):
    given(house)

    found = run("--department", "D-1", "--out", "nowhere/tree.svg")

    assert found.code == 2
    assert "nowhere/tree.svg cannot be written" in found.err


def test_records_are_named_by_global_ids_too(given, run, draw):
    row = given(lambda session: add_department(session, number="D-7", name="Seven"))

    assert draw("--department", f"Department:{row.id}").card("D-7").texts[1] == "Seven"
    wrong = run("--customer", f"Department:{row.id}")
    assert wrong.code == 2
    assert "give it with --department" in wrong.err
    gone = run("--department", "Department:01900000-0000-7000-8000-000000000000")
    assert (gone.code, "There is no department Department:0190" in gone.err) == (1, True)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--department", "D-33"), "did you mean D-3 (Led by nobody)"),
        (("--department", "d-3"), "did you mean D-3 (Led by nobody)"),
        (("--department", "led by nobody"), "did you mean D-3 (Led by nobody)"),
        (("--staff", "S-44"), "did you mean S-4 (Agent)"),
        (("--staff", "deputy"), "did you mean S-3 (Deputy)?"),
        (("--customer", "c-2"), "did you mean C-2 (长江贸易有限公司)"),
        (("--customer", "长江贸易"), "did you mean C-0 (长江贸易有限公司)"),
        (("--customer", "zzzzzzzz"), "give the code, or a global id of an answer"),
    ],
)
def test_who_is_not_there_is_refused_with_who_may_be_meant(given, run, asked, told):
    given(house)

    found = run(*asked)

    assert found.code == 1
    assert f"There is no {'member of the staff' if asked[0] == '--staff' else asked[0][2:]} {asked[1]}" in found.err
    assert told in found.err


def test_exactly_one_is_drawn(run):
    assert "Nothing is named to be drawn" in run().err
    assert "Only one picture is drawn at a time" in run("--department", "D-1", "--staff", "S-1").err
    assert "--levels goes with --department" in run("--staff", "S-1", "--levels", "1").err
    assert run().code == 2


def test_someone_without_a_place_has_nobody_above(given, run):
    given(lambda session: add_staff(session, number="S-1"))

    found = run("--staff", "S-1", "--as-of", DAY)

    assert found.code == 1
    assert f"S-1 has no place in a department on {DAY}" in found.err


def test_what_is_too_large_is_refused_with_what_can_be_drawn(given, run, draw, monkeypatch):
    given(house)
    monkeypatch.setattr(departments, "MOST", 3)

    found = run("--department", "D-1")

    assert found.code == 1
    assert "D-1 and those below it are 4 departments" in found.err
    assert "--levels 2, or a part of it, such as D-2 (2), D-3 (1)" in found.err
    assert len(draw("--department", "D-1", "--levels", "1").cards) == 3


@pytest.mark.skipif(not is_here(), reason="there is no Neo4j here; in CI there is")
class TestOnNeo4j:
    """The same pictures where Neo4j answers for the network."""

    @pytest.fixture
    def copied(self, store_url, monkeypatch, run) -> Any:
        """Lets Neo4j answer, with a copy of the store."""

        async def copy(work: Callable[[], None]) -> None:
            async with open_copy() as bolt, open_projector(store_url, bolt) as projector:
                await projector.rebuild()
                monkeypatch.setenv("C360_NEO4J_URL", shared_url())
                monkeypatch.setenv("C360_NEO4J_GRAPH", bolt.graph)
                await asyncio.to_thread(work)

        return lambda work: asyncio.run(copy(work))

    @pytest.mark.parametrize("asked", [("--department", "D-1"), ("--customer", "C-1"), ("--staff", "S-4")])
    def test_they_are_those_of_the_record(self, given, draw, copied, asked):
        given(house)
        first, again = draw(*asked), []

        copied(lambda: again.append(draw(*asked)))

        assert again[0].text == first.text

    def test_a_copy_that_is_not_there_is_said(self, given, run, monkeypatch):
        given(house)
        monkeypatch.setenv("C360_NEO4J_URL", shared_url())
        monkeypatch.setenv("C360_NEO4J_GRAPH", "never-made")

        found = run("--department", "D-1")

        assert found.code == 1
        assert "There is no copy in Neo4j yet" in found.err

    def test_a_server_that_does_not_answer_is_said(self, given, run, monkeypatch):
        given(house)
        monkeypatch.setenv("C360_NEO4J_URL", "bolt://127.0.0.1:1")

        found = run("--department", "D-1")

        assert found.code == 1
        assert "C360_GRAPH_STORE=relational" in found.err


def test_the_picture_in_the_documents_is_what_the_command_draws(capsys, run, store_url):
    """`python docs/make_pictures.py` makes it anew."""
    stored = Path(__file__).parents[2] / "docs" / "images" / "escalation.svg"
    world = ("--customers", "50", "--interactions-per-customer", "0", "--as-of", "2026-01-31", "--workers", "0")
    assert c360(capsys, "generate", *world, "--database", store_url).code == 0

    found = run("--staff", "S-0030", "--as-of", "2026-01-31", "--out", "-")

    assert found.out == stored.read_text("utf-8")
