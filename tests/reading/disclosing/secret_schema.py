"""A schema of the tests' own in which secrets are reached in every way that a declaration knows."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
import strawberry
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from resolvers.reading import (
    Argument,
    Context,
    batch,
    column,
    connection,
    entity,
    lookup,
    one,
    part,
    part_type,
    resolved,
)
from resolvers.reading import value as read_value
from resolvers.reading.filtering import TextFilter, by, filters
from schema.exposing import expose
from schema.paging import Connection
from store.clearance import SECRET
from store.customer import CustomerRow
from store.types import Prose


def digits(_: Context, number: str | None) -> int:
    """How long the secret is."""
    return len(number or "")


async def lengths(_: Context, keys: Sequence[tuple[Any]]) -> list[int]:
    """How long all the secrets are."""
    return [len(number or "") for (number,) in keys]


async def spelled(_: Any, number: str | None) -> list[str]:
    """The secret, letter by letter."""
    return list(number or "")


@part_type("Papers.", CustomerRow)
class Papers:
    """A part of the same row."""

    number: str | None = column(CustomerRow.tax_number, "The number.")


@part_type("A stamp.")
class Stamp:
    """A part made of values."""

    text: str | None = column(lambda s: s.number, "The number on it.")


@filters(CustomerRow, "Which clients.")
class SecretClientFilter:
    """A filter over a secret."""

    tax_number: TextFilter | None = by(CustomerRow.tax_number, "By number.")
    code: TextFilter | None = by(CustomerRow.code, "By code.")


@entity(CustomerRow, "A client.")
class SecretClient:
    """Secrets by every way."""

    code: str = column(CustomerRow.code, "Code.")
    digits: int | None = read_value(digits, "Computed for each row.", needs=[CustomerRow.tax_number])
    length: int | None = batch(lengths, "Computed once.", needs=[CustomerRow.tax_number])
    spelled: list[str] | None = resolved(spelled, "An ordinary resolver.", needs=[CustomerRow.tax_number])
    papers: Papers = part("A part of the row.")
    stamp: Stamp | None = part("A part of values.", number=CustomerRow.tax_number)
    namesake: SecretClient | None = one(
        lambda c, o: (o.tax_number == c.tax_number) & (o.id != c.id), "Of the same number.", order_by=[CustomerRow.code]
    )


def _all(*_: Any) -> Any:
    return sa.true()


@strawberry.type
class SecretQuery:
    """Entries."""

    client: SecretClient | None = lookup(
        "By code.", arguments={"code": Argument(str, "Code.", Prose(), where=lambda c, given: c.code == given)}
    )
    by_number: SecretClient | None = lookup(
        "By a secret.",
        arguments={"number": Argument(str, "Number.", Prose(), where=lambda c, given: c.tax_number == given)},
    )
    clients: Connection[SecretClient] = connection(
        _all, "In pages.", orders=[CustomerRow.code, CustomerRow.id], filter_type=SecretClientFilter
    )


class Vaults(DeclarativeBase):
    """Tables that no store has."""


class VaultRow(Vaults):
    """Something with a secret that is always there, so that one can page by it."""

    __tablename__ = "vault"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Prose, info=SECRET)


class VaultOrder(enum.StrEnum):
    """Orders of vaults."""

    ID_ASC = "ID_ASC"
    CODE_ASC = "CODE_ASC"


expose(VaultOrder, "How vaults are ordered.", "by id\nby code")


@entity(VaultRow, "A vault.")
class Vault:
    """It shows nothing."""

    number: int = column(VaultRow.id, "Number.")


@strawberry.type
class VaultQuery:
    """Entries."""

    vaults: Connection[Vault] = connection(
        _all,
        "In pages.",
        orders={VaultOrder.ID_ASC: (VaultRow.id,), VaultOrder.CODE_ASC: (VaultRow.code, VaultRow.id)},
    )


class WordRow(Vaults):
    """A secret without a key of its own."""

    __tablename__ = "word"

    name: Mapped[str] = mapped_column(Prose, primary_key=True, info=SECRET)


@entity(WordRow, "A word.")
class Word:
    """It cannot be told of whom it is."""

    name: str | None = column(WordRow.name, "The word.")


@strawberry.type
class WordQuery:
    """Entries."""

    words: Connection[Word] = connection(_all, "In pages.", orders=[WordRow.name])
