"""`c360 rules export` and `import`: a table as a spreadsheet or as DMN, and back."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from rules.engine.dmn_writing import write_dmn
from rules.engine.problem import RuleFileError
from rules.engine.rule_file import read_rule_set, text_of_file
from rules.engine.sheet import Grid, Parts, SheetError, grid_of, in_sheet, parts_of, text_with
from rules.engine.sheet_csv import read_csv, write_csv
from server.commands.rule_files import load_table, tell
from server.commands.rules_dmn import import_dmn
from server.commands.whole_file import read_bounded, write_whole
from server.user_error import ExitCode, UserError


class Form(enum.StrEnum):
    """What a table can be written as."""

    CSV = "csv"
    XLSX = "xlsx"
    DMN = "dmn"


RuleFile = Annotated[Path, typer.Argument(metavar="FILE", help="The rule file.")]
To = Annotated[
    Form, typer.Option("--to", help="The form: csv and xlsx come back without loss, dmn is for other tools.")
]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Where to; else beside the rule file.")]
Table = Annotated[Path, typer.Argument(metavar="TABLE", help="A .csv, .xlsx or .dmn file.")]
Into = Annotated[Path | None, typer.Option("--into", help="The rule file whose table it replaces (csv, xlsx).")]
Target = Annotated[
    Path | None, typer.Option("--out", "-o", help="Where to; of a .dmn a folder, or a file if it holds one table.")
]
Owner = Annotated[str | None, typer.Option("--owner", help="Who answers for the rules (dmn).")]
Partly = Annotated[bool, typer.Option("--partly", help="Take what is a table, though the rest is none (dmn).")]


def export_command(file: RuleFile, to: To, out: Out = None) -> None:
    """Write the table of a rule file as a spreadsheet (csv, xlsx), or as DMN 1.3."""
    target = out or file.with_suffix(f".{to}")
    if target.resolve() == file.resolve():
        raise UserError(f"{target} is the rule file itself", cure="give --out", exit_code=ExitCode.WRONG_USE)
    try:
        write_whole(target, _exported(file, to))
    except RuleFileError as error:
        tell(error.problems)
        raise typer.Exit(ExitCode.FOUND_PROBLEMS) from None
    except ValueError as error:
        raise UserError(f"{file}: {error}", cure="mend the line") from None
    typer.echo(f"{target} written")
    if to is Form.DMN:
        typer.echo(
            "Title, owner, days, state, units and decimal places are not in it: DMN has no words for them", err=True
        )


def _exported(file: Path, to: Form) -> bytes:
    found = load_table(file)
    if to is Form.DMN:
        return write_dmn({found.name: found.table}).encode("utf-8")
    parts = parts_of(text_of_file(file), str(file))
    grid = grid_of(parts)
    if to is Form.CSV:
        return write_csv(grid)
    from rules.engine.sheet_xlsx import write_xlsx  # noqa: PLC0415  # slow to load, and only needed here

    return write_xlsx(parts, grid)


def import_command(
    table: Table, into: Into = None, out: Target = None, *, owner: Owner = None, partly: Partly = False
) -> None:
    """Bring a table back from a spreadsheet, or new ones from DMN. With a single slip nothing is written."""
    is_dmn = table.suffix.lower() == ".dmn"
    if into if is_dmn else owner or partly:
        wrong = "--into does not go with a .dmn file" if is_dmn else "--owner and --partly go with a .dmn file only"
        raise UserError(wrong, cure="leave it out", exit_code=ExitCode.WRONG_USE)
    if is_dmn:
        import_dmn(table, out, owner, partly=partly)
    else:
        _import_sheet(table, into, out)


def _import_sheet(table: Path, into: Path | None, out: Path | None) -> None:
    try:
        grid, head = _read(table)
        parts = parts_of(text_of_file(into), str(into)) if into else _new(table, head)
        text = text_with(parts, grid)
        _see_through(text, parts, table, into)
    except RuleFileError as error:
        tell(error.problems)
        raise typer.Exit(ExitCode.FOUND_PROBLEMS) from None
    except SheetError as error:
        raise UserError(f"{table}: {error}", cure="then import it again; nothing was written") from None
    target = out or into or table.with_suffix(".yaml")
    if out is None and into is None and target.exists():
        cure = f"name it with --into {target} to replace its table, or give --out"
        raise UserError(f"{target} is there already", cure=cure, exit_code=ExitCode.WRONG_USE)
    write_whole(target, text.encode("utf-8"))
    typer.echo(f"{target} written")


def _read(table: Path) -> tuple[Grid, list[str] | None]:
    suffix = table.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        cure = "save it as one of these"
        raise UserError(f"{table} is no .csv, .xlsx or .dmn", cure=cure, exit_code=ExitCode.WRONG_USE)
    data = read_bounded(table)
    if suffix == ".xlsx":
        from rules.engine.sheet_xlsx import read_xlsx  # noqa: PLC0415  # slow to load, and only needed here

        return read_xlsx(data)
    grid, encoding = read_csv(data)
    if encoding == "gb18030":
        typer.echo(f"{table} is not UTF-8; read as GB 18030", err=True)
    return grid, None


def _new(table: Path, head: list[str] | None) -> Parts:
    """The lines around the table of a whole new file, which only a workbook carries."""
    if head is None:
        raise UserError(
            f"{table} holds rows only: no inputs, outputs, title and owner",
            cure="name the rule file with --into; or use a workbook with the sheet head, as `export --to xlsx` writes",
            exit_code=ExitCode.WRONG_USE,
        )
    from rules.engine.sheet_xlsx import parts_from  # noqa: PLC0415  # slow to load, and only needed here

    return parts_from(head)


def _see_through(text: str, parts: Parts, table: Path, into: Path | None) -> None:
    """Refuse what would be no sound rule file, by the cells of the spreadsheet."""
    try:
        read_rule_set(text, str(into or table))
    except RuleFileError as error:
        raise RuleFileError([in_sheet(each, parts, text, str(table)) for each in error.problems]) from None
