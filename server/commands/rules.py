"""`c360 rules`: lining up rule files, running the cases beside them, and the commands that need the record."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer

import rules as rules_package
from rules.engine.case_file import SUFFIX, path_of_rules
from rules.engine.formatting import formatted
from rules.engine.problem import Problem, RuleFileError
from rules.engine.rule_file import text_of_file
from rules.engine.testing import TestRun, run_cases
from server.commands.options import AsJson
from server.commands.rules_simulate import simulate_command
from server.user_error import ExitCode, UserError

LIBRARY: Final = Path(rules_package.__file__).parent / "library"
"""The rule sets that ship with the product."""

EPILOG = "Exit status: 0 done, 1 problems were found, 2 wrong use."

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE...", help="Rule files, or folders of them. Else those that ship with the product."),
]
Check = Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 and name the files that would change.")]
AllRows = Annotated[bool, typer.Option("--all-rows", help="A row that no case needs is a problem too.")]

rules_commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog=EPILOG,
    help="Rule files: lining them up, running the cases beside them, and trying them on the record.",
)
rules_commands.command("simulate")(simulate_command)


@rules_commands.command("fmt")
def fmt_command(files: Files = None, *, check: Check = False) -> None:
    """Line up the tables of rule files. Nothing but blanks between pipes changes."""
    problems: list[Problem] = []
    changed = 0
    for path in _rule_files(files, LIBRARY):
        try:
            text = text_of_file(path)
            lined_up = formatted(text, str(path))
        except RuleFileError as error:
            problems.extend(error.problems)
            continue
        if lined_up != text:
            changed += 1
            typer.echo(f"{path} {'would change' if check else 'lined up'}")
            if not check:
                _write(path, lined_up)
    _tell(problems)
    if problems or (check and changed):
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


@rules_commands.command("test")
def cases_command(files: Files = None, *, all_rows: AllRows = False, as_json: AsJson = False) -> None:
    """Run the cases beside rule files: grading_test.yaml for grading.yaml. Shows which rows no case needs."""
    runs: list[TestRun] = []
    problems: list[Problem] = []
    for path in _rule_files(files, LIBRARY):
        try:
            runs.append(run_cases(path))
        except RuleFileError as error:
            problems.extend(error.problems)
    if as_json:
        typer.echo(orjson.dumps(_as_data(runs, problems), option=orjson.OPT_INDENT_2))
    else:
        for run in runs:
            typer.echo("\n".join(_in_words(run)))
        _tell(problems)
    is_wrong = problems or any(run.failures or (all_rows and run.uncovered) for run in runs)
    raise typer.Exit(ExitCode.FOUND_PROBLEMS if is_wrong else ExitCode.OK)


def _rule_files(files: Sequence[Path] | None, library: Path) -> list[Path]:
    """The rule files that are meant, each once; files of cases stand for the rule file that they belong to.

    Raises:
        UserError: there are none.
    """
    found = dict.fromkeys(path for named in files or [library] for path in _in(named))
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


def _write(path: Path, text: str) -> None:
    """Write it whole or not at all: a new file takes the place of the old one."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(text.encode("utf-8"))
        beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UserError(f"{path} cannot be written: {error.strerror}", cure="look at who may write there") from error


def _tell(problems: Iterable[Problem]) -> None:
    for problem in problems:
        typer.echo(str(problem), err=True)


def _in_words(run: TestRun) -> Iterator[str]:
    passed = len(run.verdicts) - len(run.failures)
    rows = len(run.rule_set.table.rows)
    yield (
        f"{run.rule_set.name} ({run.rule_set.title.zh}): {passed} of {len(run.verdicts)} cases pass, "
        f"{rows - len(run.uncovered)} of {rows} rows covered"
    )
    for verdict in run.failures:
        yield f"  {run.path}:{verdict.case.line}: {verdict.case.name}"
        yield from (f"      {difference}" for difference in verdict.differences)
    if run.uncovered:
        yield f"  no case needs: {', '.join(run.uncovered)}"


def _as_data(runs: Sequence[TestRun], problems: Sequence[Problem]) -> dict[str, Any]:
    return {
        "rule_sets": [
            {
                "rule_set": run.rule_set.name,
                "file": run.rule_set.path,
                "cases": [
                    {"name": each.case.name, "line": each.case.line, "differences": each.differences}
                    for each in run.verdicts
                ],
                "rows": [row.id for row in run.rule_set.table.rows],
                "uncovered": run.uncovered,
            }
            for run in runs
        ],
        "problems": [dataclasses.asdict(problem) for problem in problems],
    }
