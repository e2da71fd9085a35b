"""Decision tables out of DMN XML, 1.2 to 1.5. What such a file has beyond decision tables is refused with words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from rules.engine.cell import DMN, Interval, Test, read_test
from rules.engine.column_file import MOST_COLUMNS
from rules.engine.dmn import NAMESPACES, POLICIES, TYPES
from rules.engine.expression import Constant, Expression, read_expression
from rules.engine.kinds import Column, Kind
from rules.engine.pipe_table import MOST_ROWS
from rules.engine.problem import CellError
from rules.engine.table import DecisionTable, Row, TableError, Words, check_table
from rules.engine.yaml_tree import MOST_BYTES


class DmnError(ValueError):
    """A file of DMN cannot be read; the text says which element, and why."""


def read_dmn(data: str | bytes) -> dict[str, DecisionTable]:
    """The decision tables of a file, by the names of their decisions.

    All facts may be null, as in DMN. A single output without a name has that of its decision.

    Raises:
        DmnError: it is no such file, is too large, defines entities, or a decision is more than a table of unary tests.
    """
    tables: dict[str, DecisionTable] = {}
    for name, found in read_each_decision(data).items():
        if isinstance(found, DmnError):
            raise found
        tables[name] = found
    return tables


def read_each_decision(data: str | bytes) -> dict[str, DecisionTable | DmnError]:
    """The decisions of a file by their names: each one's table, or why it is none that can be read.

    Raises:
        DmnError: it is no such file, is too large, defines entities, or holds no decision, or one twice.
    """
    root = _root(data)
    model = _Model(root)
    found: dict[str, DecisionTable | DmnError] = {}
    for decision in _children(root, "decision"):
        name = decision.get("name") or ""
        if name in found:
            raise DmnError(f"the decision {name} is in the file twice")
        try:
            found[name] = model.table(decision, name)
        except DmnError as error:
            found[name] = error
    if not found:
        raise DmnError("the file holds no decision")
    return found


def _root(data: str | bytes) -> Element:
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > MOST_BYTES:
        raise DmnError(f"the file is {len(raw):,} bytes large; at most {MOST_BYTES:,} are read")
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException:
        raise DmnError("the file declares a document type or entities, which no decision table needs") from None
    except (ParseError, ValueError, LookupError) as error:
        raise DmnError(f"this is no XML: {error}") from None
    namespace, _, tag = root.tag.removeprefix("{").rpartition("}")
    if tag != "definitions" or namespace not in NAMESPACES:
        raise DmnError(f"this is no DMN 1.2 to 1.5: its root is {root.tag[:200]}")
    return root


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if _local(child) == name]


def _child(element: Element, name: str) -> Element | None:
    return next(iter(_children(element, name)), None)


def _text(element: Element | None, *path: str) -> str:
    """The text at the end of a path of children; empty if there is none."""
    for name in path:
        element = None if element is None else _child(element, name)
    return (element.text or "").strip() if element is not None else ""


_ALLOWED: Final = ("allowedValues", "typeConstraint")
_LOGIC: Final = ("literalExpression", "invocation", "context", "relation", "list", "functionDefinition")
"""What a decision can be in place of a table."""


class _Model:
    """What a file declares: its types, and the types of its input data."""

    def __init__(self, root: Element) -> None:
        self._items = {item.get("name"): item for item in _children(root, "itemDefinition")}
        variables = ((data.get("name"), _child(data, "variable")) for data in _children(root, "inputData"))
        self._data = {name: "" if variable is None else variable.get("typeRef") or "" for name, variable in variables}

    def table(self, decision: Element, name: str) -> DecisionTable:
        """The table of a decision."""
        found = _child(decision, "decisionTable")
        if found is None:
            other = next((f" but a {each}" for each in map(_local, decision) if each in _LOGIC), "")
            raise DmnError(f"the decision {name} is no decision table{other}; only tables are read")
        inputs = [self._input(name, each) for each in _children(found, "input")]
        outputs = [self._output(decision, found, name, each) for each in _children(found, "output")]
        key = (found.get("hitPolicy") or "UNIQUE", found.get("aggregation") or "")
        if key not in POLICIES:
            raise DmnError(f"the decision {name} has the hit policy {' '.join(key)}, which DMN does not know")
        rules = _children(found, "rule")
        if len(rules) > MOST_ROWS or len(inputs) + len(outputs) > MOST_COLUMNS or not outputs:
            raise DmnError(
                f"the decision {name} has no output, or more than {MOST_ROWS:,} rules or {MOST_COLUMNS} columns"
            )
        notes = [each.get("name") or "" for each in _children(found, "annotation")]
        rows = _Rows(name, inputs, outputs, notes)
        table = DecisionTable(
            tuple(inputs),
            tuple(outputs),
            POLICIES[key],
            tuple(rows.row(number, rule) for number, rule in enumerate(rules, 1)),
            rows.defaults([_text(each, "defaultOutputEntry", "text") for each in _children(found, "output")]),
        )
        return _checked(name, table)

    def _type(self, reference: str) -> Kind | None:
        """The kind of a type, by way of the types that the file itself declares."""
        seen: set[str] = set()
        while reference.rpartition(":")[2] not in TYPES:
            item = self._items.get(reference.rpartition(":")[2])
            if item is None or reference in seen:
                return None
            seen.add(reference)
            reference = _text(item, "typeRef")
        return TYPES[reference.rpartition(":")[2]]

    def _input(self, decision: str, element: Element) -> Column:
        expression = _child(element, "inputExpression")
        name = _text(expression, "text")
        declared = (expression.get("typeRef") if expression is not None else "") or self._data.get(name, "")
        kind = self._type(declared)
        if name not in self._data or kind is None:
            known = ", ".join(str(each) for each in self._data)
            raise DmnError(
                f"{decision}: the input {name[:80]!r} is no input data of a simple type (there are {known or 'none'})"
            )
        return self._column(name, kind, _text(element, "inputValues", "text") or self._allowed(declared), decision)

    def _allowed(self, reference: str) -> str:
        item = self._items.get(reference.rpartition(":")[2])
        return next((text for name in _ALLOWED if item is not None and (text := _text(item, name, "text"))), "")

    def _output(self, decision: Element, table: Element, name: str, element: Element) -> Column:
        variable = _child(decision, "variable")
        whole = table.get("typeRef") or (variable.get("typeRef") if variable is not None else "") or ""
        named = element.get("name") or ""
        reference = element.get("typeRef") or (self._component(whole, named) if named else whole)
        kind = self._type(reference)
        if kind is None and reference:
            raise DmnError(f"{name}: the output {named} has the type {reference[:80]}, which is no simple one")
        values = _text(element, "outputValues", "text") or self._allowed(reference)
        return self._column(named or name, kind or Kind.TEXT, values, name)

    def _component(self, whole: str, named: str) -> str:
        item = self._items.get(whole.rpartition(":")[2])
        components = [] if item is None else _children(item, "itemComponent")
        return next((_text(each, "typeRef") for each in components if each.get("name") == named), "")

    def _column(self, name: str, kind: Kind, values: str, decision: str) -> Column:
        if not values:
            return Column(name, kind, nullable=True)
        try:
            allowed = read_test(values, Column(name, kind, nullable=True), DMN)
        except CellError as error:
            raise DmnError(f"{decision}: the values of {name}: {error.in_words()}") from None
        if allowed.is_any:
            return Column(name, kind, nullable=True)
        if kind is Kind.TEXT and not allowed.negated:
            return Column(name, Kind.ENUM, tuple(dict.fromkeys(allowed.values)), nullable=True)
        bounds = _only(allowed)
        if bounds is None:
            raise DmnError(
                f"{decision}: the values of {name} are more than one range, or all but some, which is not supported"
            )
        return Column(name, kind, low=bounds.low, high=bounds.high, nullable=True)


def _only(allowed: Test) -> Interval | None:
    """The one closed range that the values of a column are, or no bounds at all."""
    if len(allowed.intervals) > 1 or allowed.negated:
        return None
    found = next(iter(allowed.intervals), Interval(None, None))
    is_closed = (found.low is None or found.has_low) and (found.high is None or found.has_high)
    return found if is_closed else None


def _checked(name: str, table: DecisionTable) -> DecisionTable:
    try:
        check_table(table)
    except TableError as error:
        raise DmnError(f"{name}: {error}") from None
    return table


def _reason(notes: Mapping[str, str], texts: list[str]) -> Words:
    """The reason that the annotations of our names say, else all texts as one, in the language that they look like."""
    if notes.keys() & {"row", "reason.zh", "reason.en"}:
        return Words(notes.get("reason.zh", ""), notes.get("reason.en", ""))
    text = "; ".join(each for each in texts if each)
    return Words(zh=text) if _CHINESE.search(text) else Words(en=text)


_CHINESE: Final = re.compile("[一-鿿]")


class _Rows:
    """The rules of a table as rows. Annotations named row, reason.zh and reason.en are what we write there.

    Where there is no such reason, it is the description of the rule and its other annotations.
    """

    def __init__(self, decision: str, inputs: list[Column], outputs: list[Column], notes: list[str]) -> None:
        self._decision = decision
        self._inputs = inputs
        self._outputs = outputs
        self._facts: Mapping[str, Column] = {column.name: column for column in inputs}
        self._notes = notes

    def row(self, number: int, rule: Element) -> Row:
        """One rule; a rule without a name has its number."""
        tests = [_text(each, "text") for each in _children(rule, "inputEntry")]
        outputs = [_text(each, "text") for each in _children(rule, "outputEntry")]
        if len(tests) != len(self._inputs) or len(outputs) != len(self._outputs):
            raise DmnError(f"{self._decision}: rule {number} has another number of entries than the table has columns")
        texts = [_text(each, "text") for each in _children(rule, "annotationEntry")]
        notes = dict(zip(self._notes, texts, strict=False))
        return Row(
            notes.get("row") or rule.get("id") or str(number),
            tuple(self._test(number, *each) for each in zip(tests, self._inputs, strict=True)),
            tuple(self._output(number, *each) for each in zip(outputs, self._outputs, strict=True)),
            _reason(notes, [_text(rule, "description"), *texts]),
            number,
        )

    def _test(self, number: int, text: str, column: Column) -> Test:
        try:
            return read_test(text or "-", column, DMN)
        except CellError as error:
            raise DmnError(f"{self._decision}: rule {number}, {column.name}: {error.in_words()}") from None

    def _output(self, number: int, text: str, column: Column) -> Expression:
        try:
            return read_expression(text or "null", column, self._facts)
        except CellError as error:
            raise DmnError(f"{self._decision}: rule {number}, {column.name}: {error.in_words()}") from None

    def defaults(self, texts: list[str]) -> tuple[Constant, ...] | None:
        """The defaults of all outputs; one without is null where another has one."""
        return tuple(self._constants(texts)) if any(texts) else None

    def _constants(self, texts: list[str]) -> Iterator[Constant]:
        for text, column in zip(texts, self._outputs, strict=True):
            try:
                found = read_expression(text or "null", column, {})
            except CellError as error:
                raise DmnError(f"{self._decision}: the default of {column.name}: {error.in_words()}") from None
            if not isinstance(found, Constant):
                raise DmnError(f"{self._decision}: the default of {column.name} is no single value")
            yield found
