"""Taking over one customer: which assignments end, and which start (a pure function of those that there are)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from resolvers.periods import Period, period_of
from store.assignment import AssignmentRole, AssignmentRow
from store.base import new_id

OWNER, BACKUP = AssignmentRole.OWNER, AssignmentRole.BACKUP


@dataclass
class Taking:
    """What happens to one customer. `held` are the successor's assignments with it, and become those afterwards."""

    day: dt.date
    now: dt.datetime
    to_id: uuid.UUID
    held: list[AssignmentRow]
    ended: list[AssignmentRow] = field(default_factory=list)
    started: list[AssignmentRow] = field(default_factory=list)

    def take(self, given: Iterable[AssignmentRow]) -> None:
        """Take over these assignments: owner first, so that nobody becomes backup beside oneself."""
        for row in sorted(given, key=lambda one: (one.role is BACKUP, one.since, one.id)):
            piece = period_of(row).after(self.day)
            self._end(row, piece.since)
            rivals = (OWNER,) if row.role is OWNER else (OWNER, BACKUP)
            taken = piece.without(period_of(one) for one in self.held if one.role in rivals)
            for own in taken:
                self._start(row.customer_id, row.role, own)
            if row.role is OWNER:
                self._stop_being_backup(taken)

    def _stop_being_backup(self, taken: list[Period]) -> None:
        """Whoever owns a customer is no backup of it meanwhile, and is again afterwards."""
        for row in [one for one in self.held if one.role is BACKUP]:
            whole = period_of(row)
            rest = whole.without(taken)
            if whole.is_empty or rest == [whole]:
                continue
            first = rest.pop(0) if rest and rest[0].since == whole.since else None
            self._end(row, whole.since if first is None else first.end)
            for piece in rest:
                self._start(row.customer_id, BACKUP, piece)

    def _end(self, row: AssignmentRow, until: dt.date) -> None:
        """End an assignment on a day; one that was only just started is cut instead."""
        row.until = until
        if row not in self.started:
            self.ended.append(row)
        elif period_of(row).is_empty:
            self.started.remove(row)

    def _start(self, customer_id: uuid.UUID, role: AssignmentRole, period: Period) -> None:
        place = {"customer_id": customer_id, "staff_id": self.to_id, "role": role}
        times = {"since": period.since, "until": period.until, "recorded_at": self.now}
        row = AssignmentRow(id=new_id(), **place, **times)
        self.started.append(row)
        self.held.append(row)
