"""The work of traversals: their functions are called once for all holes, and what they find is read by one statement.

Holes of one function with the same arguments are one call, wherever in the answer they are. Each place of the document
that asks has its own selection, so it has a statement of its own, for all that was found for its holes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from resolvers.reading.context import Getter, Run
from resolvers.reading.errors import of_function
from resolvers.reading.layouts import Write
from resolvers.reading.work import Decode, Work, decoded

if TYPE_CHECKING:
    from resolvers.reading.planner import Plan

Needs = tuple[Any, ...]


class Hole(NamedTuple):
    """A place of a document that waits for what a traversal finds for its needs."""

    work: Traverse
    document: Any
    key: Any
    needs: Needs


@dataclass(frozen=True, slots=True)
class Calling:
    """One call of a function: with these arguments, for all holes of the answer that are known."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    async def settle(self, todo: Sequence[Hole], run: Run) -> None:
        """Call it with the distinct needs, and fill the holes, those of one place of the document together."""
        found = await self._found(list(dict.fromkeys(hole.needs for hole in todo)), run)
        places: dict[int, list[Hole]] = {}
        for hole in todo:
            places.setdefault(id(hole.work), []).append(hole)
        await asyncio.gather(*(holes[0].work.settle(holes, found, run) for holes in places.values()))

    async def _found(self, keys: Sequence[Needs], run: Run) -> Mapping[Needs, Any]:
        try:
            values = await self.function(run.context, keys, *self.arguments)
            return dict(zip(keys, values, strict=True))
        except Exception as error:  # noqa: BLE001  # whatever the function raises is reported at its places
            return dict.fromkeys(keys, of_function(error))


@dataclass(frozen=True, slots=True)
class Traverse(Work):
    """Calls a function for the needs in the hole, and reads what it finds. `size`: of a list, how many are wanted."""

    function: Callable[..., Any]
    decode: Decode
    arguments: Sequence[Getter]
    size: Getter | None
    write: Write
    plan: Plan
    inside: Work | None

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Note the hole; `settle` fills it."""
        needs = document[key]
        if needs is not None:
            call = Calling(self.function, tuple([read(run) for read in self.arguments]))
            hole = Hole(self, document, key, decoded(needs, self.decode))
            run.waiting.setdefault((self.function, call.arguments), (call, []))[1].append(hole)

    async def settle(self, holes: Sequence[Hole], found: Mapping[Needs, Any], run: Run) -> None:
        """Read all distinct objects by one statement; what comes back may have holes again."""
        written = [self._written(found[hole.needs], run) for hole in holes]
        distinct = dict.fromkeys(text for texts in written if isinstance(texts, list) for text in texts)
        documents = await self._documents(list(distinct), run)
        for hole, texts in zip(holes, written, strict=True):
            hole.document[hole.key] = self._value(texts, documents)
            if isinstance(texts, Exception):
                run.failed = True
            elif self.inside is not None:
                self.inside.fill(hole.document, hole.key, run)

    def _written(self, value: Any, run: Run) -> list[bytes] | Exception | None:
        """The objects that were found for a hole, as the statement takes them."""
        if value is None or isinstance(value, Exception):
            return value
        try:
            objects = [value] if self.size is None else list(value)[: self.size(run)]
            return [orjson.dumps(self.write(each)) for each in objects]
        except Exception as error:  # noqa: BLE001  # what is not of the declared layout is reported at its place
            return error

    async def _documents(self, texts: Sequence[bytes], run: Run) -> Mapping[bytes, str]:
        """The document of each object; none where the row scope hides it."""
        if not texts:
            return {}
        run.hole_keys = f"[{b','.join(texts).decode()}]"
        rows = await run.context.store.rows(self.plan.text, self.plan.values(run))
        return {texts[place]: document for place, document in rows}

    def _value(self, texts: list[bytes] | Exception | None, documents: Mapping[bytes, str]) -> Any:
        if texts is None or isinstance(texts, Exception):
            return texts
        shown = [orjson.loads(documents[text]) for text in texts if text in documents]
        return shown if self.size is not None else next(iter(shown), None)
