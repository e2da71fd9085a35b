"""Lining up the table of a rule file. Nothing but the blanks between its pipes changes."""

from __future__ import annotations

from rules.engine.pipe_table import block_lines
from rules.engine.pipes import aligned
from rules.engine.problem import Problem, RuleFileError
from rules.engine.yaml_tree import Node, tree_of


def formatted(text: str, path: str) -> str:
    """The text of a rule file with its table lined up; one without a table comes back as it is.

    Raises:
        RuleFileError: it is no YAML, or its table cannot be taken apart.
    """
    tree = tree_of(text, path)
    table = tree.root.value.get("table") if isinstance(tree.root.value, dict) else None
    if not isinstance(table, Node) or not table.is_block:
        return text
    lines = text.split("\n")
    block = block_lines(table, lines)
    try:
        lines[block.start : block.stop] = aligned(lines[block.start : block.stop])
    except ValueError as error:
        raise RuleFileError(
            [Problem(path, table.line, table.column, f"{error}; `c360 rules test` says where")]
        ) from None
    return "\n".join(lines)
