"""How confidential a column is. The level belongs to the column; whoever shows the column inherits it (D12)."""

from __future__ import annotations

import enum
from typing import Any


class Clearance(enum.IntEnum):
    """What a subject may read, lowest first; a column needs the reader's clearance to be at least its own level."""

    PUBLIC = 0
    INTERNAL = 1
    CONFIDENTIAL = 2
    SECRET = 3


INTERNAL: dict[Any, Any] = {"clearance": Clearance.INTERNAL}
CONFIDENTIAL: dict[Any, Any] = {"clearance": Clearance.CONFIDENTIAL}
SECRET: dict[Any, Any] = {"clearance": Clearance.SECRET}
