"""A process that looks a large rule set through, so that whoever serves goes on serving."""

from __future__ import annotations

from resolvers.rule_sets.checking import Checked, checked
from resolvers.rule_sets.library import Source
from rules.workbench.helper import serve


def answer(name: str, text: str, cases: str) -> Checked:
    """What is found of a rule set and its cases."""
    return checked(Source(name, text, cases))


if __name__ == "__main__":
    serve({"checked": answer})
