"""The rule files that a command is about, and how facts of them are printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from resolvers.rule_sets.library import LIBRARY
from rules.engine.case_file import SUFFIX, path_of_rules
from rules.engine.chain import Chain
from rules.engine.literal import written
from rules.engine.problem import Problem
from rules.engine.rule_file import load_rule_set
from rules.engine.table import RuleSet
from server.user_error import ExitCode, UserError

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE...", help="Rule files, or folders of them. Else those that ship with the product."),
]


def rule_files(files: Sequence[Path] | None) -> list[Path]:
    """The rule files that are meant, each once; files of cases stand for the rule file that they belong to.

    Raises:
        UserError: there are none.
    """
    found = dict.fromkeys(path for named in files or [LIBRARY] for path in _in(named))
    if not found:
        raise UserError("There are no rule files there", cure="name a .yaml file", exit_code=ExitCode.WRONG_USE)
    return list(found)


def _in(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (each for each in sorted(path.rglob("*.yaml")) if not each.stem.endswith(SUFFIX))
    elif not path.exists():
        raise UserError(f"There is no file {path}", cure="look at its name", exit_code=ExitCode.WRONG_USE)
    else:
        yield path_of_rules(path) if path.stem.endswith(SUFFIX) else path


def shown(path: Path) -> Path:
    """A path as short as it can be told: from the current folder, or from where the shipped files are."""
    for folder in (Path.cwd(), LIBRARY.parent.parent):
        if path.is_absolute() and path.is_relative_to(folder):
            return path.relative_to(folder)
    return path


def load_table(path: Path) -> RuleSet:
    """Read a rule file for a command that works on decision tables.

    Raises:
        RuleFileError: it cannot be read, or something is wrong in it.
        UserError: it has rules that chain.
    """
    found = load_rule_set(path)
    if isinstance(found.body, Chain):
        cure = "this works on decision tables; `c360 rules test` runs the cases of rules that chain"
        raise UserError(f"{path} has rules that chain, and no decision table", cure=cure, exit_code=ExitCode.WRONG_USE)
    return found


def tell(problems: Iterable[Problem]) -> None:
    """Print what is wrong in files, to the errors' stream."""
    for problem in problems:
        typer.echo(str(problem), err=True)


def facts_as_data(facts: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Facts for JSON: numbers and moments as texts, so that nothing is rounded."""
    if facts is None:
        return None
    return {name: _as_data(value) for name, value in facts.items()}


def _as_data(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    return written(value) if isinstance(value, Decimal) else written(value).removeprefix('@"').removesuffix('"')
