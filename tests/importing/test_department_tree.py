"""Whatever a file of departments says, the tree stays a tree, and nothing is refused that fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resolvers.importing.department_tree import Parents, plan_tree
from resolvers.importing.record import Record, RecordKind, Ref
from tests.factories import NOW

NUMBERS = st.sampled_from("ABCDEFG")


def record(number: str, parent: str | None, line: int) -> Record:
    refs = {"parent_id": None if parent is None else Ref(RecordKind.DEPARTMENT, parent, "parent_number")}
    return Record(RecordKind.DEPARTMENT, number, NOW, line, {"number": number, "name": number}, refs)


def records(parents: dict[str, str | None]) -> list[Record]:
    return [record(number, parent, line) for line, (number, parent) in enumerate(parents.items(), 2)]


def is_tree(tree: Parents) -> bool:
    def depth(number: str | None, seen: int = 0) -> int:
        return seen if number is None or seen > len(tree) else depth(tree[number], seen + 1)

    return all(depth(number) <= len(tree) for number in tree)


def trees(numbers: str = "ABCDEFG") -> st.SearchStrategy[Parents]:
    """Trees: each department is under none, or under one that stands before it."""
    return st.permutations(list(numbers)).flatmap(
        lambda order: st.tuples(
            *(st.none() | st.sampled_from(order[:place] or [None]) for place in range(len(order)))
        ).map(lambda parents: dict(zip(order, parents, strict=True)))
    )


@given(before=trees("ABCD"), changes=st.dictionaries(NUMBERS, st.none() | NUMBERS))
def test_what_is_written_is_a_tree_in_which_parents_come_first(before, changes):
    tree = dict(before)

    levels, rejections = plan_tree(records(changes), tree)

    written = [each.key for level in levels for each in level]
    assert is_tree(tree)
    assert sorted([*written, *(list(changes)[wrong.line - 2] for wrong in rejections)]) == sorted(changes)
    standing = set(before)
    for level in levels:
        assert {tree[each.key] for each in level} <= standing | {None}
        standing |= {each.key for each in level}
    assert {number: tree[number] for number in written} == {number: changes[number] for number in written}


@given(wanted=trees())
def test_a_file_that_is_a_tree_is_never_refused(wanted):
    tree: Parents = {}

    _, rejections = plan_tree(records(wanted), tree)

    assert rejections == []
    assert tree == wanted


@given(before=trees(), wanted=trees())
def test_a_whole_tree_may_become_any_other(before, wanted):
    tree = dict(before)

    _, rejections = plan_tree(records(wanted), tree)

    assert rejections == []
    assert tree == wanted
