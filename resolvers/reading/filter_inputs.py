"""Operators of filters, as GraphQL inputs: what a criterion over a column takes."""

from __future__ import annotations

from typing import Generic, TypeVar

import strawberry

T = TypeVar("T")


@strawberry.input(description="Compares a value that is one of a set.")
class Choice(Generic[T]):
    """Equality and membership."""

    eq: T | None = strawberry.field(default=strawberry.UNSET, description="Equal to this.")
    ne: T | None = strawberry.field(default=strawberry.UNSET, description="Other than this, or not set.")
    in_: list[T] | None = strawberry.field(name="in", default=strawberry.UNSET, description="One of these.")
    not_in: list[T] | None = strawberry.field(default=strawberry.UNSET, description="None of these, or not set.")
    is_null: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether it is not set.")


@strawberry.input(description="Compares a value that has an order.")
class Range(Generic[T]):
    """Bounds."""

    eq: T | None = strawberry.field(default=strawberry.UNSET, description="Equal to this.")
    gt: T | None = strawberry.field(default=strawberry.UNSET, description="After this.")
    gte: T | None = strawberry.field(default=strawberry.UNSET, description="After this, or equal.")
    lt: T | None = strawberry.field(default=strawberry.UNSET, description="Before this.")
    lte: T | None = strawberry.field(default=strawberry.UNSET, description="Before this, or equal.")
    is_null: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether it is not set.")


@strawberry.input(description="Compares text, letter by letter.")
class TextFilter:
    """Equality, membership, beginning."""

    eq: str | None = strawberry.field(default=strawberry.UNSET, description="Equal to this.")
    ne: str | None = strawberry.field(default=strawberry.UNSET, description="Other than this, or not set.")
    in_: list[str] | None = strawberry.field(name="in", default=strawberry.UNSET, description="One of these.")
    not_in: list[str] | None = strawberry.field(default=strawberry.UNSET, description="None of these, or not set.")
    starts_with: str | None = strawberry.field(default=strawberry.UNSET, description="Begins with this.")
    is_null: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether it is not set.")
