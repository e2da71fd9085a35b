"""Rules that chain, as analysts write them: `conclusions` and a list of `rules`. Every slip is told with its place."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from rules.engine.cell import read_test
from rules.engine.chain import Alternative, Chain, ChainRule, CircleError, Combine, Conclusion
from rules.engine.checking import NAME, Checked
from rules.engine.column_file import given, read_columns
from rules.engine.expression import Constant, Expression, read_expression
from rules.engine.keys import CONCLUSION, REASON, RULE
from rules.engine.kinds import Column, Kind, MisfitError, did_you_mean, fitting
from rules.engine.literal import written
from rules.engine.problem import CellError, Problem
from rules.engine.words import LOCALES, NO_WORDS, Words
from rules.engine.yaml_tree import Node

MOST_RULES: Final = 2_000
MOST_ALTERNATIVES: Final = 20


def read_chain(checked: Checked, found: Mapping[str, Node], inputs: Mapping[str, Column]) -> Chain:
    """The conclusions and rules of a file; what is wrong in them is noted.

    Raises:
        RuleFileError: the conclusions cannot be read, without which rules mean nothing.
    """
    conclusions = _Conclusions(checked, inputs).read(found["conclusions"])
    checked.refuse()
    rules = _Rules(checked, inputs, {each.name: each.column for each in conclusions}).read(found["rules"])
    chain = Chain(tuple(inputs.values()), conclusions, rules)
    if not checked.problems:
        _check_whole(checked, found, chain)
    return chain


def _check_whole(checked: Checked, found: Mapping[str, Node], chain: Chain) -> None:
    """What no rule shows alone: a conclusion that none makes, and rules in a circle."""
    made = frozenset[str]().union(*(rule.concludes for rule in chain.rules))
    for name, key in (found["conclusions"].keys or {}).items():
        if name not in made:
            checked.wrong(key, f"no rule concludes {name}. Write one, or take it out")
    try:
        _ = chain.rounds
    except CircleError as error:
        places = {rule.id: node for rule, node in zip(chain.rules, checked.items(found["rules"]), strict=True)}
        checked.wrong(places[error.steps[0][0].id], str(error))


class _Conclusions:
    def __init__(self, checked: Checked, inputs: Mapping[str, Column]) -> None:
        self._checked = checked
        self._inputs = inputs

    def read(self, node: Node) -> tuple[Conclusion, ...]:
        """All conclusions, in the order of the file."""
        columns, defaults = read_columns(self._checked, node, CONCLUSION)
        return tuple(
            Conclusion(column, self._default(column, node, defaults.get(name)), self._combine(column, node.value[name]))
            for name, column in columns.items()
        )

    def _default(self, column: Column, node: Node, default: Node | None) -> Any:
        key = (node.keys or {})[column.name]
        if column.name in self._inputs:
            self._checked.wrong(key, f"{column.name} is an input and a conclusion")
        if default is None:
            message = f"{column.name} needs a default: what it is if no rule concludes it, such as default: "
            self._checked.wrong(key, message + ("false" if column.kind is Kind.BOOLEAN else "null with nullable: true"))
            return None
        try:
            return fitting(column, given(column, default))
        except (MisfitError, ValueError) as error:
            self._checked.wrong(default, str(error))
            return None

    def _combine(self, column: Column, entry: Node) -> Combine:
        node = entry.value.get("combine")
        if node is None:
            return Combine.AGREE
        fit = tuple(each for each in Combine if each.suits(column.kind))
        if node.value in fit:
            return Combine(node.value)
        message = f"{node.value} does not combine values of type {column.kind} (use {', '.join(fit)})"
        self._checked.wrong(node, message)
        return Combine.AGREE


class _Rules:
    def __init__(self, checked: Checked, inputs: Mapping[str, Column], conclusions: Mapping[str, Column]) -> None:
        self._checked = checked
        self._inputs = inputs
        self._conclusions = conclusions
        self._columns = {**inputs, **conclusions}

    def read(self, node: Node) -> tuple[ChainRule, ...]:
        """All rules, in the order of the file; no name is there twice, and none says the same as another."""
        found: dict[str, ChainRule] = {}
        same: dict[object, str] = {}
        entries = self._checked.items(node)
        if not entries or len(entries) > MOST_RULES:
            self._checked.wrong(node, f"a file has from one to {MOST_RULES:,} rules")
        for entry in entries:
            before = len(self._checked.problems)
            rule = self._rule(entry)
            if rule.id in found:
                message = f"rule {rule.id} is here twice, first in line {found[rule.id].line}. Give it another id"
                self._checked.wrong(entry.value["id"], message)
            if len(self._checked.problems) > before:
                continue
            earlier = same.setdefault((rule.when, rule.then), rule.id)
            if earlier != rule.id:
                self._checked.wrong(entry, f"rule {rule.id} says the same as rule {earlier}. Take one out")
            found[rule.id] = rule
        return tuple(found.values())

    def _rule(self, node: Node) -> ChainRule:
        parts = self._checked.entries(node, RULE)
        named = self._checked.scalar(parts.get("id"), str) or ""
        if "id" in parts and not NAME.fullmatch(named.replace("-", "_")):
            self._checked.wrong(parts["id"], "a rule needs a name of letters, digits, _ and -, such as late_payer")
        when = self._when(parts["when"]) if "when" in parts else ()
        then = self._then(parts["then"]) if "then" in parts else ()
        reason = self._reason(parts["reason"]) if "reason" in parts else NO_WORDS
        return ChainRule(named, when, then, reason, node.line)

    def _when(self, node: Node) -> tuple[Alternative, ...]:
        """One mapping of tests, or a list of them of which one must hold."""
        each = self._checked.items(node) if isinstance(node.value, list) else [node]
        if len(each) > MOST_ALTERNATIVES or not each:
            message = f"a rule has from one to {MOST_ALTERNATIVES} alternatives. Write more rules"
            self._checked.wrong(node, message)
            return ()
        found: list[Alternative] = []
        for one in each:
            alternative = self._alternative(one)
            if alternative in found:
                self._checked.wrong(one, "this alternative is here twice. Take it out")
            found.append(alternative)
        return tuple(found)

    def _alternative(self, node: Node) -> Alternative:
        entries = self._checked.mapping(node)
        if not entries and isinstance(node.value, dict):
            message = 'a rule needs a test, such as amount: ">= 1000"; "-" admits everything'
            self._checked.wrong(node, message)
        tests = []
        for name, entry in entries.items():
            column = self._columns.get(name)
            cell = self._cell(entry, f"when.{name}")
            if column is None:
                message = f"{name} is neither an input nor a conclusion{did_you_mean(name, tuple(self._columns))}"
                self._checked.wrong((node.keys or {})[name], message)
            elif cell is not None:
                try:
                    tests.append((name, read_test(cell, column)))
                except CellError as error:
                    self._slip(entry, f"when.{name}", _for_yaml(error, cell, column))
        return tuple((name, test) for name, test in tests if not test.is_any)

    def _then(self, node: Node) -> tuple[tuple[str, Expression], ...]:
        entries = self._checked.mapping(node)
        if not entries and isinstance(node.value, dict):
            self._checked.wrong(node, "a rule concludes something, such as serious: true")
        found = []
        for name, entry in entries.items():
            if name in self._conclusions:
                found.append((name, self._concluded(entry, self._conclusions[name])))
                continue
            message = f"{name} is no conclusion of this file{did_you_mean(name, tuple(self._conclusions))}"
            if name in self._inputs:
                message = f"{name} is an input: rules conclude only what stands under conclusions"
            self._checked.wrong((node.keys or {})[name], message)
        return tuple(found)

    def _concluded(self, node: Node, column: Column) -> Expression:
        cell = self._cell(node, f"then.{column.name}")
        try:
            if cell is None or _is_itself(node.value, column):
                return Constant(None if cell is None else fitting(column, cell))
            return read_expression(cell, column, self._columns)
        except CellError as error:
            self._slip(node, f"then.{column.name}", error)
        except MisfitError as error:
            self._checked.wrong(node, str(error))
        return Constant(None)

    def _cell(self, node: Node, where: str) -> str | None:
        """What is written here, as a cell of a table has it; None if it is no cell, which is noted."""
        if isinstance(node.value, str) and node.value.strip():
            return node.value.strip()
        if isinstance(node.value, dict | list):
            message = f'{where}: a test or value is expected here. What holds [ or {{ stands in quotes: "[3..10)"'
            self._checked.wrong(node, message)
            return None
        is_null = self._checked.tree.lines[node.line - 1][node.column - 1 :].startswith("null")
        if node.value in (None, "") and not is_null:
            self._checked.wrong(node, f'{where}: a test or value is missing here. Write "-" for anything, or null')
            return None
        return str(node.value) if not isinstance(node.value, bool | Decimal | None) else written(node.value)

    def _reason(self, node: Node) -> Words:
        found = self._checked.entries(node, REASON)
        words = Words(*(self._checked.scalar(found.get(locale), str) or "" for locale in LOCALES))
        for name in words.names():
            if name not in self._columns:
                known = did_you_mean(name, tuple(self._columns))
                self._checked.wrong(node, f"{{{name}}} is neither an input nor a conclusion{known}")
        return words

    def _slip(self, node: Node, where: str, error: CellError) -> None:
        """A slip within a cell, at its place in the line."""
        tree = self._checked.tree
        line = tree.lines[node.line - 1]
        opens = node.is_block or line[node.column - 1 : node.column] in ('"', "'")
        column = node.column + (0 if node.is_block else error.at + opens)
        column = min(column, len(line) + 1)
        self._checked.note(Problem(tree.path, node.line, column, error.in_words(), where, line))


def _is_itself(value: object, column: Column) -> bool:
    """Whether a text stands for itself: of a text always, of an enum if it is one of the values."""
    return isinstance(value, str) and (column.kind is Kind.TEXT or value in column.values)


def _for_yaml(error: CellError, cell: str, column: Column) -> CellError:
    """YAML takes the quotes off that a test of a text needs."""
    if column.kind is not Kind.TEXT or '"' in cell:
        return error
    return CellError(error.at, error.message, cure=f"""Write '"{cell}"', in both kinds of quotes""")
