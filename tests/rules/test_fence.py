"""The fence: packs, rounds, what the engine refuses, and that it goes on afterwards."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine.atoms import FactWriter, packed
from rules.engine.cell import Interval, Test
from rules.engine.fence import MOST_ATOMS, MOST_RULES, Fence, FenceError, Pack, atom_text
from rules.engine.kinds import Kind
from tests.rules.worlds import OF_KIND, cells_of_kind, column_of

kinds = pytest.mark.parametrize("kind", Kind)


@pytest.fixture
def fence():
    made = Fence([[Pack(((0, (0,)), (1, (0, 1)), (2, ())))], [Pack(((3, (0,)),))]])
    yield made
    made.close()


def fact(fence, number, *atoms):
    return [fence.heads[number][0] + "".join(map(atom_text, atoms)) + "}"]


def test_rules_fire_whose_atoms_are_true_the_least_number_first(fence):
    with fence.case():
        assert fence.fire(0, fact(fence, 0, 1, 0)) == [0, 1, 2]
        assert fence.fire(1, fact(fence, 1)) == []
    with fence.case():
        assert fence.fire(0, fact(fence, 0, 1)) == [2]
        assert fence.fire(1, fact(fence, 1, 0)) == [3]


def test_only_the_first_is_asked_for_where_it_is_enough(fence):
    for _ in range(100):
        with fence.case():
            assert fence.fire(0, fact(fence, 0, 0, 1), first=True) == [0]


def test_a_case_without_facts_leaves_nothing_to_forget(fence):
    with fence.case():
        pass
    with fence.case():
        assert fence.fire(0, fact(fence, 0)) == [2]


@pytest.mark.parametrize(
    "bad",
    ["", "{", '{"sid":"k","t":"p0","a0":1e16}', '{"sid":"k",' + ",".join(f'"x{n}":1' for n in range(300)) + "}"],
)
def test_a_fact_that_the_engine_cannot_read_is_an_error_and_the_next_case_is_right(fence, bad):
    for _ in range(50):
        with pytest.raises(FenceError, match="the engine failed"), fence.case():
            fence.fire(0, [bad])
        with fence.case():
            assert fence.fire(0, fact(fence, 0, 0)) == [0, 2]


def test_a_fact_that_is_given_twice_is_an_error(fence):
    with fence.case():
        assert fence.fire(0, fact(fence, 0, 0)) == [0, 2]
        with pytest.raises(FenceError, match="takes a fact for one that it knows"):
            fence.fire(0, fact(fence, 0, 0))


def test_an_error_between_two_rounds_ends_the_case(fence):
    with pytest.raises(ZeroDivisionError), fence.case():
        fence.fire(1, [str(fence.fire(0, fact(fence, 0, 0))[0] // 0)])
    with fence.case():
        assert fence.fire(0, fact(fence, 0, 0)) == [0, 2]


class Broken:
    """An engine that does not do what it should, in one respect."""

    error = FenceError

    def __init__(self, **answers):
        self.answers = answers
        self.deleted: list[int] = []

    def create_ruleset(self, *_):
        return self._raised("create", 7)

    def assert_fact(self, *_):
        return 0, 1

    def start_action_for_state(self, *_):
        return self._raised("start", ("{}", '{"r0":{}}'))

    def complete_and_start_action(self, *_):
        return self._raised("complete", None)

    def delete_state(self, *_):
        return self._raised("forget", None)

    def delete_ruleset(self, handle):
        self.deleted.append(handle)

    def _raised(self, what, usual):
        answer = self.answers.get(what, usual)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"create": RuntimeError("Error 204")}, "the engine refuses the rules: Error 204"),
        ({"create": MemoryError()}, "the engine refuses the rules"),
        ({"start": None}, "did not fire its first rule"),
        ({"forget": RuntimeError("Error 314")}, "the engine does not forget: Error 314"),
    ],
)
def test_an_engine_that_cannot_take_the_rules_is_an_error(monkeypatch, answers, words):
    monkeypatch.setattr("rules.engine.fence.engine", broken := Broken(**answers))
    broken.error = RuntimeError

    with pytest.raises(FenceError, match=words):
        Fence([[Pack(((0, ()),))]])


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"complete": '{"r0":{}}'}, "more than 1 firings of as many rules"),
        ({"start": ("{}", '{"other":{}}')}, "which is no rule"),
        ({"start": MemoryError("Error 101")}, "the engine failed: Error 101"),
    ],
)
def test_an_engine_that_fires_what_it_should_not_is_an_error(monkeypatch, answers, words):
    monkeypatch.setattr("rules.engine.fence.engine", broken := Broken())
    made = Fence([[Pack(((0, ()),))]])
    broken.answers = answers

    with pytest.raises(FenceError, match=words), made.case():
        made.fire(0, fact(made, 0))
    made.close()
    assert broken.deleted == [7]


@pytest.mark.parametrize(
    "pack",
    [
        Pack(tuple((number, ()) for number in range(MOST_RULES + 1))),
        Pack(((0, (MOST_ATOMS,)),)),
    ],
)
def test_a_pack_beyond_the_limits_never_reaches_the_engine(pack):
    with pytest.raises(ValueError, match="at most 60 rules and 240 atoms"):
        Fence([[pack]])


def test_packs_are_as_large_as_they_may_be():
    tests = [Test(values=(str(number),)) for number in range(500)]
    rules = [(number, [("a", tests[number]), ("b", tests[number]), ("c", tests[0])]) for number in range(500)]
    packs = packed(rules)

    assert [number for pack, _ in packs for number, _ in pack.rules] == list(range(500))
    assert {len(pack.rules) for pack, _ in packs[:-1]} == {MOST_RULES}
    wide = packed([(number, [(f"f{place}", tests[number]) for place in range(60)]) for number in range(10)])
    assert [len(atoms) for _, atoms in wide] == [MOST_ATOMS, MOST_ATOMS, MOST_ATOMS // 2]


@kinds
def test_the_index_finds_the_atoms_that_the_tests_admit(kind):
    @settings(max_examples=100, deadline=None)
    @given(st.lists(cells_of_kind(kind), min_size=1, max_size=8), st.lists(OF_KIND[kind], max_size=8), st.data())
    def law(tests, values, data):
        column = column_of(kind)
        numbers = {(column.name, test): number for number, test in enumerate(dict.fromkeys(tests))}
        writer = FactWriter({column.name: column}, [numbers], ["{"])
        named = [value for test in tests for value in (*test.values, *_ends(test))]
        for value in [None, *values, *named, *values]:
            true = [number for (_, test), number in numbers.items() if test.admits(value)]
            assert writer.facts({column.name: value}) == ["{" + "".join(map(atom_text, true)) + "}"]

    law()


def _ends(test):
    return [end for each in test.intervals for end in (each.low, each.high) if end is not None]


def test_what_the_index_keeps_is_bounded():
    packs = [{("n", Test(intervals=(Interval(Decimal(n), None),))): 0} for n in range(3_000)]
    writer = FactWriter({"n": column_of(Kind.NUMBER, "n")}, packs, ["{"] * len(packs))
    for n in range(40):
        assert writer.facts({"n": Decimal(n)}).count("{" + atom_text(0) + "}") == n + 1

    kept = [text for _, index in writer._indexes for texts in index._texts.values() for text in texts]
    assert len(kept) <= 20_000 + 3_000
