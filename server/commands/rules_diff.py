"""`c360 rules diff`: what was changed between two versions of a rule file, and where they answer differently."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rules.engine.analysis.difference import Difference, DifferingRegion, difference
from rules.engine.analysis.words import facts_in_words
from rules.engine.problem import RuleFileError
from rules.engine.table import RuleSet
from server.commands.options import AsJson
from server.commands.rule_files import facts_as_data, load_table, tell
from server.commands.rules_check import region_as_data
from server.user_error import ExitCode

Before = Annotated[Path, typer.Argument(metavar="BEFORE", help="The rule file as it was.")]
After = Annotated[Path, typer.Argument(metavar="AFTER", help="The rule file as it is to be.")]


def diff_command(before: Before, after: After, *, as_json: AsJson = False) -> None:
    """Say what was changed between two rule files, and on exactly which facts they answer differently.

    Facts that only one of them can be asked are not compared. A difference is no problem: the exit status is 0.
    """
    try:
        one, other = load_table(before), load_table(after)
    except RuleFileError as error:
        tell(error.problems)
        raise typer.Exit(ExitCode.FOUND_PROBLEMS) from None
    found = difference(one, other)
    if as_json:
        typer.echo(orjson.dumps(_as_data(found), option=orjson.OPT_INDENT_2))
    else:
        _print(one, other, found)


def _print(before: RuleSet, after: RuleSet, found: Difference) -> None:
    for change in found.changes:
        typer.echo(change.sentence)
    typer.echo(found.sentence)
    if not found.regions:
        return
    columns = {column.name: column for each in (before, after) for column in each.table.inputs}
    table = Table("on which facts", "for example", "before", "after", show_lines=True)
    for each in found.regions:
        where = each.region.words if each.is_certain else f"some of: {each.region.words}"
        cells = (where, facts_in_words(columns, each.witness), each.before, each.after)
        table.add_row(*map(Text, cells))
    Console().print(table)
    typer.echo("that is all" if found.is_all else "and more")


def _as_data(found: Difference) -> dict[str, Any]:
    return {
        "changes": [{"kind": each.kind, "of": each.of, "sentence": each.sentence} for each in found.changes],
        "verdict": found.verdict,
        "sentence": found.sentence,
        "regions": [_region(each) for each in found.regions],
        "is_all": found.is_all,
    }


def _region(each: DifferingRegion) -> dict[str, Any]:
    return {
        "region": region_as_data(each.region),
        "is_certain": each.is_certain,
        "witness": facts_as_data(each.witness),
        "before": each.before,
        "after": each.after,
    }
