"""Decision tables as XML: what is read, what is refused, and attacks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.engine.dmn import NAMESPACES
from rules.engine.dmn_reading import DmnError, read_dmn
from rules.engine.dmn_writing import write_dmn
from rules.engine.kinds import Kind
from rules.engine.reference import decide
from rules.engine.yaml_tree import MOST_BYTES
from tests.rules.writing import rule_set

TEXT = """\
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m">
  <itemDefinition name="tMoney"><typeRef>number</typeRef></itemDefinition>
  <decision name="Fee">
    <variable name="Fee" typeRef="tMoney"/>
    <decisionTable hitPolicy="COLLECT" aggregation="SUM">
      <input><inputExpression typeRef="string"><text>Risk Category</text></inputExpression></input>
      <output/>
      <rule id="r1"><inputEntry><text>"High"</text></inputEntry><outputEntry><text>5</text></outputEntry></rule>
      <rule id="r2"><inputEntry><text/></inputEntry><outputEntry><text>2.5</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <inputData name="Risk Category"><variable name="Risk Category" typeRef="string"/></inputData>
</definitions>
"""


def test_a_table_is_read():
    table = read_dmn(TEXT)["Fee"]

    assert [(column.name, column.kind) for column in table.outputs] == [("Fee", Kind.NUMBER)]
    assert decide(table, {"Risk Category": "High"}).results == ({"Fee": Decimal("7.5")},)
    assert decide(table, {"Risk Category": None}).rows == ("r2",)


@pytest.mark.parametrize("namespace", sorted(NAMESPACES))
def test_dmn_of_1_2_and_later_is_read(namespace):
    assert read_dmn(TEXT.replace("https://www.omg.org/spec/DMN/20191111/MODEL/", namespace)) == read_dmn(TEXT)


def test_a_rule_set_keeps_rows_reasons_and_bounds_on_its_way():
    table = rule_set().table
    [again] = read_dmn(write_dmn({"Fees": table})).values()

    assert again.rows == table.rows
    assert (again.policy, again.defaults, again.inputs[0].low) == (table.policy, table.defaults, Decimal(0))


def test_values_that_are_anything_are_no_bounds():
    assert read_dmn(TEXT.replace("</input>", "<inputValues><text>-</text></inputValues></input>")) == read_dmn(TEXT)


LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "this is no XML"),
        ("<definitions", "this is no XML"),
        ("<html/>", "this is no DMN 1.2 to 1.5"),
        (TEXT.replace("20191111", "20151101"), "this is no DMN 1.2 to 1.5"),
        (f"<!DOCTYPE d [{LOL}]>" + TEXT.replace("High", "&l9;"), "entities"),
        ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + TEXT.replace("High", "&x;"), "entities"),
        ('<!DOCTYPE d SYSTEM "http://127.0.0.1/x.dtd">' + TEXT, "document type"),
        ("<a>" * 100_000, "this is no XML"),
        ("x" * (MOST_BYTES + 1), "at most 2,000,000 are read"),
        ('<?xml version="1.0" encoding="utf-99"?>' + TEXT, "this is no XML"),
        (TEXT[: TEXT.index("  <decision ")] + "</definitions>", "holds no decision"),
        (TEXT.replace("decisionTable", "literalExpression"), "the decision Fee is no decision table"),
        (TEXT.replace("SUM", "MEAN"), "hit policy COLLECT MEAN"),
        (TEXT.replace("<text>Risk Category</text>", "<text>a + b</text>"), "'a + b' is no input data"),
        (TEXT.replace("<text>5</text>", "<text>five</text>"), "rule 1, Fee: Fee is of type number, not five"),
        (
            TEXT.replace('<text>"High"</text>', "<text>High</text>"),
            'rule 1, Risk Category: Risk Category is a text. Write "High"',
        ),
        (TEXT.replace("<inputEntry><text/></inputEntry>", ""), "rule 2 has another number of entries"),
        (TEXT.replace("tMoney", "tMany", 1), "the type tMoney, which is no simple one"),
        (TEXT.replace("<typeRef>number", "<typeRef>tMoney"), "the type tMoney, which is no simple one"),
        (TEXT.replace("<output/>", ""), "has no output"),
        (
            TEXT.replace("<output/>", "<output><defaultOutputEntry><text>1 + 1</text></defaultOutputEntry></output>"),
            "no single value",
        ),
        (
            TEXT.replace("<output/>", "<output><outputValues><text>1, 3</text></outputValues></output>"),
            "more than one range",
        ),
        (
            TEXT.replace("</input>", '<inputValues><text>not("A")</text></inputValues></input>'),
            "the values of Risk Category are more than one range, or all but some",
        ),
        (TEXT.replace('"COLLECT" aggregation="SUM"', '"PRIORITY"'), "needs an output of type enum"),
        (TEXT.replace("</decision>", '</decision><decision name="Fee"/>'), "is in the file twice"),
    ],
)
def test_what_is_no_table_is_refused_in_words(text, words):
    with pytest.raises(DmnError) as refused:
        read_dmn(text)

    assert words in str(refused.value)


def test_a_text_that_xml_cannot_hold_is_refused():
    table = rule_set().table
    with pytest.raises(ValueError, match="control character"):
        write_dmn({"bell\x07": table})
