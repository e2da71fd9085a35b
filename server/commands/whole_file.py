"""Files are read up to a bound, and written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from rules.engine.yaml_tree import MOST_BYTES
from server.user_error import UserError


def read_bounded(path: Path) -> bytes:
    """The file, or one byte more than a rule file may have, by which it is known to be too large.

    Raises:
        UserError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", cure="look at its name") from None


def write_whole(path: Path, data: bytes) -> None:
    """Write it whole or not at all: a new file takes the place of the old one, and has its mode.

    Raises:
        UserError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(data)
        if path.exists():
            beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UserError(f"{path} cannot be written: {error.strerror}", cure="look at who may write there") from error
