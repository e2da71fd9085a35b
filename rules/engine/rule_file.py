"""A rule set as analysts write it: YAML with a pipe table, or with rules that chain. Every slip has its place."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from rules.engine.chain import Chain
from rules.engine.chain_file import read_chain
from rules.engine.checking import Checked
from rules.engine.column_file import given, read_columns
from rules.engine.expression import Constant
from rules.engine.keys import EFFECTIVE, OF_CHAIN, OF_TABLE, OUTPUT, RULE_FILE, WORDS
from rules.engine.kinds import Column, MisfitError, did_you_mean, fitting
from rules.engine.pipe_table import Columns, read_rows
from rules.engine.problem import Problem, RuleFileError
from rules.engine.state_file import read_state
from rules.engine.table import DecisionTable, HitPolicy, RuleSet, State, TableError, Words, check_table
from rules.engine.yaml_tree import MOST_BYTES, Node, decoded, tree_of
from rules.facts.vocabulary import Subject, vocabulary


def text_of_file(path: Path) -> str:
    """The text of a file, with a byte order mark if it has one.

    Raises:
        RuleFileError: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        size = path.stat().st_size
    except OSError as error:
        raise RuleFileError([Problem(str(path), 1, 1, f"the file cannot be read: {error.strerror}")]) from error
    if size > MOST_BYTES:
        message = f"the file is {size:,} bytes large; a rule file has at most {MOST_BYTES:,}. Split it"
        raise RuleFileError([Problem(str(path), 1, 1, message)])
    return decoded(data, str(path))


def load_rule_set(path: Path) -> RuleSet:
    """Read a file.

    Raises:
        RuleFileError: it cannot be read, or something is wrong in it.
    """
    return read_rule_set(text_of_file(path), str(path))


def read_rule_set(text: str, path: str) -> RuleSet:
    """Read the text of a file; `path` is how problems name it.

    Raises:
        RuleFileError: something is wrong in it.
    """
    checked = Checked(tree_of(text, path))
    found = _keys(checked)
    about, inputs = _inputs(checked, found)
    begins, ends = _effective(checked, found.get("effective"))
    named = checked.name(found["rule_set"]) if checked.scalar(found["rule_set"], str) is not None else None
    title = _words(checked, found["title"])
    owner = checked.scalar(found["owner"], str) or ""
    body: Chain | DecisionTable
    if "rules" in found:
        body, state = read_chain(checked, found, inputs), None
    else:
        body, state = _table(checked, found, inputs)
    checked.refuse()
    return RuleSet(named or "", title, owner, body, begins, ends, about, state, path)


def _keys(checked: Checked) -> dict[str, Node]:
    """The entries of the file, which are those of a table or those of rules that chain."""
    root = checked.tree.root
    of_body = OF_CHAIN if isinstance(root.value, dict) and "rules" in root.value else OF_TABLE
    if isinstance(root.value, dict) and {"table", "rules"} <= root.value.keys():
        checked.wrong((root.keys or {})["rules"], "a file has a table, or rules that chain. Write two files")
        checked.refuse()
    found = checked.entries(root, RULE_FILE + of_body)
    checked.refuse()
    return found


def _table(
    checked: Checked, found: Mapping[str, Node], inputs: Mapping[str, Column]
) -> tuple[DecisionTable, State | None]:
    """The table, and what of it is a state."""
    outputs, default_nodes = read_columns(checked, found["outputs"], OUTPUT)
    for name in inputs.keys() & outputs.keys():
        checked.wrong((found["outputs"].keys or {})[name], f"{name} is an input and an output")
    policy = _policy(checked, found["hit_policy"])
    checked.refuse()  # cells mean nothing without their columns
    state = read_state(checked, found["state"], Columns(inputs, outputs), policy) if "state" in found else None
    columns, rows = read_rows(checked, found["table"], Columns(inputs, outputs))
    defaults = _defaults(checked, columns.outputs, default_nodes)
    checked.refuse()
    table = DecisionTable(tuple(columns.inputs.values()), tuple(columns.outputs.values()), policy, rows, defaults)
    try:
        check_table(table)
    except TableError as error:
        checked.wrong(found["hit_policy"], str(error))
    checked.refuse()
    return table, state


def _inputs(checked: Checked, found: Mapping[str, Node]) -> tuple[str, dict[str, Column]]:
    """What the rule set decides about, and its inputs: facts of the vocabulary, or its own."""
    if ("reads" in found) == ("inputs" in found):
        checked.wrong(checked.tree.root, "name the facts that it reads in `reads`, or declare its own in `inputs`")
    if "inputs" in found:
        if "about" in found:
            checked.wrong(found["about"], "`about` goes with `reads`: own inputs are about nothing on record")
        return "", read_columns(checked, found["inputs"])[0]
    if "reads" not in found:
        return "", {}
    about = _about(checked, found)
    return (about or "", {} if about is None else vocabulary().read(checked, about, found["reads"]))


def _about(checked: Checked, found: Mapping[str, Node]) -> Subject | None:
    """The subject that `about` names; what is missing or unknown is noted."""
    known = tuple(Subject)
    node = found.get("about")
    if node is not None and node.value in known:
        return Subject(node.value)
    said = f"{node.value} is not known here" if node else "the key about is missing"
    said_of = did_you_mean(str(node.value) if node else "", known)
    checked.wrong(node or found["reads"], f"{said}{said_of}")
    return None


def _policy(checked: Checked, node: Node) -> HitPolicy:
    text = " ".join(str(node.value).upper().split())
    with contextlib.suppress(ValueError):
        return HitPolicy(text)
    checked.wrong(node, f"{node.value} is not a hit policy (use {', '.join(HitPolicy)})")
    return HitPolicy.UNIQUE


def _words(checked: Checked, node: Node) -> Words:
    found = checked.entries(node, WORDS)
    return Words(*(checked.scalar(found.get(locale), str) or "" for locale in ("zh", "en")))


def _effective(checked: Checked, node: Node | None) -> tuple[dt.date | None, dt.date | None]:
    if node is None:
        return None, None
    found = checked.entries(node, EFFECTIVE)
    begins, ends = (checked.scalar(found.get(key), dt.date) for key in ("from", "until"))
    if begins and ends and ends <= begins:
        checked.wrong(found["until"], "until is the first day on which it no longer holds, so it is after from")
    return begins, ends


def _defaults(
    checked: Checked, outputs: Mapping[str, Column], nodes: Mapping[str, Node]
) -> tuple[Constant, ...] | None:
    """What the outputs are when no row matches: all of them, or none."""
    if not nodes:
        return None
    values = []
    for name, column in outputs.items():
        if name not in nodes:
            checked.wrong(next(iter(nodes.values())), f"{name} needs a default too: all outputs have one, or none")
            continue
        try:
            values.append(Constant(fitting(column, given(column, nodes[name]))))
        except (MisfitError, ValueError) as error:
            checked.wrong(nodes[name], str(error))
    return tuple(values)
