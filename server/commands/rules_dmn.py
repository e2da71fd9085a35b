"""`c360 rules import model.dmn`: a rule file for each decision that is a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer

from rules.engine.dmn_importing import Imported, rule_files_of
from rules.engine.dmn_reading import DmnError
from server.commands.whole_file import read_bounded, write_whole
from server.user_error import ExitCode, UserError


def import_dmn(model: Path, out: Path | None, owner: str | None, *, partly: bool) -> None:
    """Write the decisions of a model as rule files. With one that is no table nothing is written, unless `partly`.

    Raises:
        UserError: it is no DMN, holds what is no table, or a file is there already.
    """
    if not owner:
        cure = "say who answers for the rules: --owner sales"
        raise UserError("DMN has no owner of rules", cure=cure, exit_code=ExitCode.WRONG_USE)
    try:
        found = rule_files_of(read_bounded(model), owner)
    except DmnError as error:
        raise UserError(f"{model}: {error}", cure="then import it again; nothing was written") from None
    for decision, why in found.refused.items():
        typer.echo(f"{model}: {why if decision in why else f'{decision}: {why}'}", err=True)
    _refuse_part(model, found, partly=partly)
    targets = _targets(model, out, found.files)
    for target, text in targets.items():
        write_whole(target, text.encode("utf-8"))
        typer.echo(f"{target} written")
    if found.refused:
        raise typer.Exit(ExitCode.PARTLY_REFUSED)


def _refuse_part(model: Path, found: Imported, *, partly: bool) -> None:
    """End here if something could not be taken and the user did not say that the rest is wanted."""
    if not found.refused or (partly and found.files):
        return
    number = f"{len(found.refused)} of {len(found.refused) + len(found.files)}"
    cure = "--partly takes the others" if found.files else "look at each line above"
    raise UserError(f"{number} decisions of {model} cannot be taken; nothing was written", cure=cure)


def _targets(model: Path, out: Path | None, files: Mapping[str, str]) -> dict[Path, str]:
    """Where each file goes: into a folder, by its name, or to the one file that `out` is.

    Raises:
        UserError: one is there already, or several are to go to one file.
    """
    is_file = out is not None and out.suffix == ".yaml" and not out.is_dir()
    if is_file and len(files) > 1:
        message = f"{model} holds {len(files)} tables, and {out} is one file"
        raise UserError(message, cure="give a folder with --out", exit_code=ExitCode.WRONG_USE)
    folder = out or model.parent
    targets = {folder if is_file else folder / f"{name}.yaml": text for name, text in files.items()}
    for target in targets:
        if target.exists():
            cure = "give another folder or file with --out, or take it away"
            raise UserError(f"{target} is there already", cure=cure, exit_code=ExitCode.WRONG_USE)
    return targets
