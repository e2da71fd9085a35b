"""Why an import stops as a whole.

ImportingError
├── UnreadableFileError   the file is broken or is no file of its source; nothing was written
└── UnknownSourceError    no source has this name
"""

from __future__ import annotations


class ImportingError(Exception):
    """An import that cannot be done. `cure` says how to mend it."""

    def __init__(self, reason: str, cure: str) -> None:
        super().__init__(f"{reason}. {cure}")
        self.reason = reason
        self.cure = cure


class UnreadableFileError(ImportingError):
    """The file is refused as a whole; `line` is where it is broken, counted from 1, or None for the file itself."""

    def __init__(self, line: int | None, reason: str, cure: str) -> None:
        super().__init__(reason if line is None else f"line {line}: {reason}", cure)
        self.line = line


class UnknownSourceError(ImportingError):
    """No source has this name."""
