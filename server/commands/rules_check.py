"""`c360 rules check`: what can be proved wrong in rule files, each with facts that show it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rules.engine.analysis.check import check
from rules.engine.analysis.findings import Finding, Region, Report
from rules.engine.analysis.words import facts_in_words
from rules.engine.problem import Problem, RuleFileError
from rules.engine.rule_file import load_rule_set
from server.commands.options import AsJson
from server.commands.rule_files import Files, facts_as_data, rule_files, shown, tell
from server.user_error import ExitCode


def check_command(files: Files = None, *, as_json: AsJson = False) -> None:
    """Prove what is wrong in rule files: gaps, overlaps, rows that never decide, values that go to and fro.

    Each finding comes with facts that show it. Warnings do not fail.
    """
    reports: list[Report] = []
    problems: list[Problem] = []
    for path in rule_files(files):
        try:
            reports.append(check(load_rule_set(path)))
        except RuleFileError as error:
            problems.extend(error.problems)
    if as_json:
        typer.echo(orjson.dumps(_as_data(reports, problems), option=orjson.OPT_INDENT_2))
    else:
        for report in reports:
            _print(report)
        tell(problems)
    is_wrong = problems or any(report.errors for report in reports)
    raise typer.Exit(ExitCode.FOUND_PROBLEMS if is_wrong else ExitCode.OK)


def _print(report: Report) -> None:
    rule_set = report.rule_set
    counts = [(len(report.errors), "error"), (len(report.findings) - len(report.errors), "warning")]
    told = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)
    typer.echo(f"{rule_set.name} ({rule_set.title.zh}): {told or 'nothing is wrong'}")
    if not report.findings:
        return
    table = Table("where", "what", "on which facts", show_lines=True)
    for finding in report.findings:
        path = shown(Path(rule_set.path))
        where = f"{path}:{finding.line}" if finding.line else str(path)
        what = f"{finding.severity}, {finding.kind}: {finding.sentence}"
        table.add_row(Text(where, overflow="fold"), Text(what), Text("\n".join(_facts(report, finding))))
    Console().print(table)
    if report.more:
        typer.echo(f"  and more of: {', '.join(report.more)}")


def _facts(report: Report, finding: Finding) -> Iterator[str]:
    yield from regions_in_words(finding.regions, is_all=finding.is_all)
    if finding.witness is not None:
        columns = {column.name: column for column in report.rule_set.table.inputs}
        yield f"for example {facts_in_words(columns, finding.witness)}"
        yield f"answer: {finding.answer}"


def regions_in_words(regions: Sequence[Region], *, is_all: bool) -> Iterator[str]:
    """Regions a line each, and whether they are all."""
    yield from (region.words for region in regions)
    if regions:
        yield "that is all" if is_all else "and more"


def _as_data(reports: Sequence[Report], problems: Sequence[Problem]) -> dict[str, Any]:
    return {
        "rule_sets": [
            {
                "rule_set": report.rule_set.name,
                "file": report.rule_set.path,
                "errors": len(report.errors),
                "findings": [_finding(each) for each in report.findings],
                "more": report.more,
            }
            for report in reports
        ],
        "problems": [dataclasses.asdict(problem) for problem in problems],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "line": finding.line or None,
        "rows": finding.rows,
        "sentence": finding.sentence,
        "regions": [region_as_data(region) for region in finding.regions],
        "is_all": finding.is_all,
        "witness": facts_as_data(finding.witness),
        "answer": finding.answer or None,
    }


def region_as_data(region: Region) -> dict[str, str]:
    """A region for JSON: a cell for each input that it constrains."""
    return {name: str(test) for name, test in region.tests.items()}
