"""Decision tables as DMN 1.3 XML, which other tools read. Names of rows and reasons become annotations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET  # only to write; nothing is parsed

from rules.engine.cell import Interval, Test
from rules.engine.dmn import NAMESPACE, POLICIES, in_dmn
from rules.engine.kinds import Column, Kind
from rules.engine.literal import written
from rules.engine.table import DecisionTable, Row

_TYPES: Final = {
    Kind.NUMBER: "number",
    Kind.TEXT: "string",
    Kind.ENUM: "string",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.INSTANT: "dateTime",
    Kind.DURATION: "dayTimeDuration",
}
_NOTES: Final = ("row", "reason.zh", "reason.en")


def write_dmn(tables: Mapping[str, DecisionTable]) -> str:
    """The tables, each as a decision of its name. Units and decimal places are not in it: DMN has none.

    Raises:
        ValueError: a text holds a character that XML cannot hold.
    """
    root = ET.Element("definitions", xmlns=NAMESPACE, namespace="urn:customer360:rules", name="rules", id="rules")
    facts: dict[str, Column] = {}
    for number, (name, table) in enumerate(tables.items(), 1):
        _decision(root, f"decision{number}", name, table)
        facts.update({column.name: column for column in table.inputs})
    for number, column in enumerate(facts.values(), 1):
        data = ET.SubElement(root, "inputData", name=column.name, id=f"fact{number}")
        ET.SubElement(data, "variable", name=column.name, typeRef=_TYPES[column.kind])
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    if any(ord(one) < 32 and one not in "\n\t" for one in text):
        raise ValueError("a text holds a control character, which XML cannot hold")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _decision(root: ET.Element, key: str, name: str, table: DecisionTable) -> None:
    decision = ET.SubElement(root, "decision", name=name, id=key)
    ET.SubElement(decision, "variable", name=name)
    [(policy, total)] = [names for names, each in POLICIES.items() if each is table.policy]
    attributes = {"hitPolicy": policy, **({"aggregation": total} if total else {})}
    element = ET.SubElement(decision, "decisionTable", attributes, id=f"{key}_table")
    for column in table.inputs:
        _input(element, column)
    for place, column in enumerate(table.outputs):
        _output(element, column, None if table.defaults is None else str(table.defaults[place]))
    for note in _NOTES:
        ET.SubElement(element, "annotation", name=note)
    for number, row in enumerate(table.rows, 1):
        _rule(element, f"{key}_rule{number}", row)


def _input(element: ET.Element, column: Column) -> None:
    found = ET.SubElement(element, "input", label=column.name)
    expression = ET.SubElement(found, "inputExpression", typeRef=_TYPES[column.kind])
    ET.SubElement(expression, "text").text = column.name
    _values(found, "inputValues", column)


def _output(element: ET.Element, column: Column, default: str | None) -> None:
    found = ET.SubElement(element, "output", name=column.name, typeRef=_TYPES[column.kind])
    _values(found, "outputValues", column)
    if default is not None:
        _with_text(found, "defaultOutputEntry", default)


def _values(element: ET.Element, name: str, column: Column) -> None:
    if column.values:
        _with_text(element, name, ", ".join(map(written, column.values)))
    elif column.low is not None or column.high is not None:
        _with_text(element, name, str(Test(intervals=(Interval(column.low, column.high),))))


def _rule(element: ET.Element, key: str, row: Row) -> None:
    found = ET.SubElement(element, "rule", id=key)
    for test in row.tests:
        _with_text(found, "inputEntry", in_dmn(test))
    for output in row.outputs:
        _with_text(found, "outputEntry", str(output))
    notes: dict[str, Any] = {"row": row.id, "reason.zh": row.reason.zh, "reason.en": row.reason.en}
    for note in _NOTES:
        _with_text(found, "annotationEntry", notes[note])


def _with_text(element: ET.Element, name: str, text: str) -> None:
    ET.SubElement(ET.SubElement(element, name), "text").text = text
