"""What an answer tells besides its data: what it cost, and which fields it leaves out for want of clearance."""

from __future__ import annotations

from typing import NamedTuple


class Cost(NamedTuple):
    """The static cost of a request, the most that one may cost, and what is left of the caller's budget, if any."""

    requested: int
    limit: int
    available: int | None = None

    @property
    def json(self) -> bytes:
        """As clients see it."""
        available = b"" if self.available is None else b',"available":%d' % self.available
        return b'{"requested":%d,"limit":%d%s}' % (self.requested, self.limit, available)


def extensions(cost: Cost | None, withheld: bytes = b"") -> bytes:
    """The `extensions` of a body as the JSON that follows its other members; nothing where there is nothing to tell."""
    members = [b'"cost":' + cost.json] if cost is not None else []
    if withheld:
        members.append(b'"withheld":' + withheld)
    return b',"extensions":{%s}' % b",".join(members) if members else b""
