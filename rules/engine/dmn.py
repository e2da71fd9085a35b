"""The names by which DMN's XML calls what our tables have. Reading is in `dmn_reading`, writing in `dmn_writing`."""

from __future__ import annotations

from typing import Final

from rules.engine.cell import Test
from rules.engine.kinds import Kind
from rules.engine.table import HitPolicy

NAMESPACE: Final = "https://www.omg.org/spec/DMN/20191111/MODEL/"
"""Of DMN 1.3, which is what is written."""

NAMESPACES: Final = frozenset(
    {
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        NAMESPACE,
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
"""Of DMN 1.2 to 1.5, all of which are read."""

TYPES: Final = {
    "number": Kind.NUMBER,
    "string": Kind.TEXT,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "dateTime": Kind.INSTANT,
    "date and time": Kind.INSTANT,
    "dayTimeDuration": Kind.DURATION,
    "days and time duration": Kind.DURATION,
}

POLICIES: Final = {
    ("UNIQUE", ""): HitPolicy.UNIQUE,
    ("ANY", ""): HitPolicy.ANY,
    ("PRIORITY", ""): HitPolicy.PRIORITY,
    ("FIRST", ""): HitPolicy.FIRST,
    ("RULE ORDER", ""): HitPolicy.RULE_ORDER,
    ("OUTPUT ORDER", ""): HitPolicy.OUTPUT_ORDER,
    ("COLLECT", ""): HitPolicy.COLLECT,
    ("COLLECT", "SUM"): HitPolicy.SUM,
    ("COLLECT", "MIN"): HitPolicy.MIN,
    ("COLLECT", "MAX"): HitPolicy.MAX,
    ("COLLECT", "COUNT"): HitPolicy.COUNT,
}


def in_dmn(test: Test) -> str:
    """The cell in DMN's words, where `not("A")` admits null unless null is named in it."""
    if not test.negated or test.is_any or not (test.values or test.intervals):
        return str(test)
    inner = str(Test(test.values, test.intervals))
    return f"not({inner})" if test.null else f"not({inner}, null)"
