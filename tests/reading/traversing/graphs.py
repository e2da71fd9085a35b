"""Graphs that note what they are asked, or that cannot be asked."""

from __future__ import annotations

from typing import Any

from graph.port import Graph, GraphUnavailable


class Counting:
    """Another graph, and which of its methods were called with how many keys."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.calls: list[tuple[str, int]] = []

    def __getattr__(self, name: str) -> Any:
        async def ask(keys: Any, *rest: Any) -> Any:
            self.calls.append((name, 1 if name == "status" else len(keys)))
            return await getattr(self._graph, name)(keys, *rest)

        return ask


class Unavailable:
    """A graph whose store is down; how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        async def ask(*_: Any) -> Any:
            self.asked += 1
            raise GraphUnavailable(name)

        return ask
