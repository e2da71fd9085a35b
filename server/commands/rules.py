"""`c360 rules`: everything that can be done with rule sets, from lining up a file to what it would do to the book."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import orjson
import typer

from rules.engine.formatting import formatted
from rules.engine.problem import Problem, RuleFileError
from rules.engine.rule_file import text_of_file
from rules.engine.testing import TestRun, run_cases
from server.commands.options import AsJson
from server.commands.rule_files import Files, rule_files, tell
from server.commands.rule_versions import (
    approve_command,
    history_command,
    publish_command,
    reject_command,
    rollback_command,
    show_command,
    submit_command,
    withdraw_command,
)
from server.commands.rules_act import act_command
from server.commands.rules_check import check_command
from server.commands.rules_diff import diff_command
from server.commands.rules_explain import explain_command
from server.commands.rules_run import run_command
from server.commands.rules_schema import schema_command
from server.commands.rules_shadow import shadow_commands
from server.commands.rules_sheets import export_command, import_command
from server.commands.rules_simulate import simulate_command
from server.commands.rules_try import try_command
from server.commands.whole_file import write_whole
from server.user_error import ExitCode

EPILOG = "Exit status: 0 done, 1 problems were found, 2 wrong use, 3 done in part (import --partly)."

Check = Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 and name the files that would change.")]
AllRows = Annotated[bool, typer.Option("--all-rows", help="A row that no case needs is a problem too.")]

rules_commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog=EPILOG,
    help="Rule sets: line a file up, test, check, compare and try it, bring it into force; let rules decide; say why.",
)


@rules_commands.command("fmt")
def fmt_command(files: Files = None, *, check: Check = False) -> None:
    """Line up the tables of rule files. Nothing but blanks between pipes changes."""
    problems: list[Problem] = []
    changed = 0
    for path in rule_files(files):
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
                write_whole(path, lined_up.encode("utf-8"))
    tell(problems)
    if problems or (check and changed):
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


@rules_commands.command("test")
def cases_command(files: Files = None, *, all_rows: AllRows = False, as_json: AsJson = False) -> None:
    """Run the cases beside rule files: grading_test.yaml for grading.yaml. Shows which rows no case needs."""
    runs: list[TestRun] = []
    problems: list[Problem] = []
    for path in rule_files(files):
        try:
            runs.append(run_cases(path))
        except RuleFileError as error:
            problems.extend(error.problems)
    if as_json:
        typer.echo(orjson.dumps(_as_data(runs, problems), option=orjson.OPT_INDENT_2))
    else:
        for run in runs:
            typer.echo("\n".join(_in_words(run)))
        tell(problems)
    is_wrong = problems or any(run.failures or (all_rows and run.uncovered) for run in runs)
    raise typer.Exit(ExitCode.FOUND_PROBLEMS if is_wrong else ExitCode.OK)


def _in_words(run: TestRun) -> Iterator[str]:
    passed = len(run.verdicts) - len(run.failures)
    rows = len(run.rule_set.rows)
    yield (
        f"{run.rule_set.name} ({run.rule_set.title.zh}): {passed} of {len(run.verdicts)} cases pass, "
        f"{rows - len(run.uncovered)} of {rows} {run.rule_set.of_rows}s covered"
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
                "rows": run.rule_set.rows,
                "uncovered": run.uncovered,
            }
            for run in runs
        ],
        "problems": [dataclasses.asdict(problem) for problem in problems],
    }


for _name, _function in (
    ("check", check_command),
    ("diff", diff_command),
    ("export", export_command),
    ("import", import_command),
    ("try", try_command),
    ("schema", schema_command),
    ("simulate", simulate_command),
    ("run", run_command),
    ("act", act_command),
    ("explain", explain_command),
    ("submit", submit_command),
    ("approve", approve_command),
    ("reject", reject_command),
    ("withdraw", withdraw_command),
    ("publish", publish_command),
    ("rollback", rollback_command),
    ("history", history_command),
    ("show", show_command),
):
    rules_commands.command(_name)(_function)
rules_commands.add_typer(shadow_commands, name="shadow")
