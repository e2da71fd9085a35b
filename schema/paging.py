"""Relay's connections and interfaces, as every feature uses them."""

from __future__ import annotations

import datetime as dt
from typing import Generic, TypeVar

import strawberry

from resolvers.reading import part_type

T = TypeVar("T")


@part_type("Where a page stands among all rows.")
class PageInfo:
    """Relay's page info."""

    has_next_page: bool = strawberry.field(description="Whether there are rows after the page.")
    has_previous_page: bool = strawberry.field(description="Whether there are rows before the page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first row.")
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last row: give it as `after` for the next page."
    )


@part_type("A row of a page, with its cursor.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = strawberry.field(description="The row's place in this order.")
    node: T = strawberry.field(description="The row.")


@part_type("A page of rows.")
class Connection(Generic[T]):
    """Relay's connection."""

    edges: list[Edge[T]] = strawberry.field(description="The rows with their cursors.")
    nodes: list[T] = strawberry.field(description="The rows alone.")
    page_info: PageInfo = strawberry.field(description="Where the page stands among all rows.")
    total_count: int = strawberry.field(
        description="How many rows there are in all, counted up to 10,000; 10,001 means more than that. Costs a count."
    )


@strawberry.interface(description="Anything with an id.")
class Node:
    """Relay's node."""

    id: strawberry.ID = strawberry.field(description="The object's id, the same for ever; any type, see `node`.")


@strawberry.interface(
    description="What stands at the end of a link of the network: a customer, a department, a person. 主体"
)
class Party:
    """A node of the network."""

    id: strawberry.ID = strawberry.field(description="The object's id, the same for ever; any type, see `node`.")
    name: str = strawberry.field(description="Its name.")


@strawberry.interface(description="Something that happened with a customer, at a time.")
class TimelineItem:
    """What the timeline is made of."""

    id: strawberry.ID = strawberry.field(description="The object's id, the same for ever; any type, see `node`.")
    happened_at: dt.datetime = strawberry.field(description="When it happened.")
