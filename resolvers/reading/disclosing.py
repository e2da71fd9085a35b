"""Secrets that are told: each field of level SECRET in an answer notes whose it was, for the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from resolvers.reading.context import Disclosed, Run
from resolvers.reading.source import Piece
from resolvers.reading.sqljson import JsonArray
from resolvers.reading.work import Work


class Record(NamedTuple):
    """The record that is being compiled: its type, its row, and the fields that lead from it to where we are."""

    type_name: str
    row: Any
    within: str = ""

    def inside(self, field: str) -> Record:
        """The same record, one field further in."""
        return self._replace(within=f"{self.within}{field}.")


@dataclass(frozen=True, slots=True)
class Disclose(Work):
    """The hole is the pair of a record's id and a secret's value: the id is noted, the value takes the hole's place."""

    type_name: str
    field: str
    work: Work | None

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Note it, and do what else is to be done to the value. That there is no value is told too, so it is noted."""
        record_id, document[key] = document[key]
        run.context.notes.disclosed[Disclosed(self.type_name, record_id, self.field)] = None
        if self.work is not None:
            self.work.fill(document, key, run)


def disclosing(piece: Piece, record: Record | None, type_name: str, field: str) -> Piece:
    """A secret's piece with its record's id beside it. At an entry there is no record yet: many may be told of."""
    if record is None:
        return Piece(JsonArray(sa.null(), piece.document), Disclose(type_name, field, piece.work))
    key = sa.cast(record.row["id"], sa.Text())
    work = Disclose(record.type_name, f"{record.within}{field}", piece.work)
    return Piece(JsonArray(key, piece.document), work)
