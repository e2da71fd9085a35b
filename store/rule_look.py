"""On which days the rules have looked at the whole book for what is owed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base


class RuleLookRow(Base):
    """One day on which all customers were looked at, to the last."""

    __tablename__ = "rule_look"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    finished_at: Mapped[dt.datetime]
