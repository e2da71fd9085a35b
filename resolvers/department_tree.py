"""The tree of departments, and who is where in it: changed by one command at a time, and never a cycle."""

from __future__ import annotations

import uuid
from typing import Final

import sqlalchemy as sa

from resolvers.commands import Unit
from store.department import DepartmentRow

_TREE_LOCK: Final = 3_600_001
"""The advisory lock that whoever changes the shape of the tree, or places in it, holds until the commit."""


async def hold_tree(unit: Unit) -> None:
    """Let others change the tree and the places of staff in it only after us, before anything of it is read.

    Two moves, each right by itself, would close a cycle together; two appointments would make two heads. Such commands
    are few. SQLite has one writer at a time anyway.
    """
    if unit.session.get_bind().dialect.name == "postgresql":
        await unit.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_TREE_LOCK)))


async def is_below(unit: Unit, key: uuid.UUID, top: uuid.UUID) -> bool:
    """Whether a department is `top` or below it. UNION, not UNION ALL: it ends even in a tree that is broken."""
    up = sa.select(DepartmentRow.id, DepartmentRow.parent_id).where(DepartmentRow.id == key).cte("up", recursive=True)
    above = sa.select(DepartmentRow.id, DepartmentRow.parent_id).join(up, DepartmentRow.id == up.c.parent_id)
    up = up.union(above)
    return bool(await unit.session.scalar(sa.select(sa.exists().where(up.c.id == top))))
