"""What Python must still do to a document that the database made.

SQL writes the answer under its response keys. A hole is the JSON array of what a Python function needs, under the
function's own key; the work of a plan fills the holes. An exception becomes the hole's value: graphql-core's walk
reports it where it is, with the right null propagation.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson

from resolvers.reading.context import Run
from resolvers.reading.errors import of_function
from store.types import Instant, Uid

TAG = ":type"
"""The key under which a document tells its GraphQL type to whoever must know it. No alias can be the same."""

Encode = Callable[[Any], Any]
Decode = tuple[Encode | None, ...]


class Work:
    """Something to be done to `document[key]`."""

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Do it now, or note it in the run for later."""
        raise NotImplementedError

    def needed(self) -> bool:
        """Whether there is anything to do at all; known when the whole statement is compiled."""
        return True


Tasks = tuple[tuple[str, Work], ...]


@dataclass(frozen=True, slots=True)
class Inside(Work):
    """Work on the keys of one object."""

    tasks: Tasks

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Do all tasks of the object, if there is one."""
        value = document[key]
        if value is not None:
            for name, work in self.tasks:
                work.fill(value, name, run)

    def needed(self) -> bool:
        """Whether any task is."""
        return any(work.needed() for _, work in self.tasks)


@dataclass(frozen=True, slots=True)
class Each(Work):
    """Work on the keys of every object of a list."""

    tasks: Tasks

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Do all tasks of all objects."""
        for value in document[key] or ():
            for name, work in self.tasks:
                work.fill(value, name, run)

    def needed(self) -> bool:
        """Whether any task is."""
        return any(work.needed() for _, work in self.tasks)


@dataclass(frozen=True, slots=True)
class InsideTagged(Work):
    """Work on one object of several possible types, told by its tag."""

    tasks: dict[str, Tasks]
    keep_tag: bool

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Do the tasks of the object's own type; the tag goes unless a walk still needs it."""
        value = document[key]
        if value is None:
            return
        tag = value.get(TAG) if self.keep_tag else value.pop(TAG, None)
        for name, work in self.tasks.get(tag, ()):
            work.fill(value, name, run)

    def needed(self) -> bool:
        """Whether any type has tasks."""
        return any(self.tasks.values())


@dataclass(frozen=True, slots=True)
class EachTagged(Work):
    """Work on a list of objects of several types, told apart by their tag."""

    tasks: dict[str, Tasks]
    keep_tag: bool

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Do the tasks of each object's own type; the tag goes unless a walk still needs it."""
        for value in document[key] or ():
            if value is None:
                continue
            tag = value.get(TAG) if self.keep_tag else value.pop(TAG, None)
            for name, work in self.tasks.get(tag, ()):
                work.fill(value, name, run)

    def needed(self) -> bool:
        """Whether any type has tasks."""
        return any(self.tasks.values())


@dataclass(frozen=True, slots=True)
class Call(Work):
    """A Python function of the needs in the hole, called at once."""

    function: Callable[..., Any]
    decode: Decode
    encode: Encode

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Put the function's value into the hole."""
        needs = document[key]
        if needs is None:
            return
        try:
            document[key] = self.encode(self.function(run.context, *decoded(needs, self.decode)))
        except Exception as error:  # noqa: BLE001  # whatever the function raises is reported at its place
            document[key], run.failed = error, True


@dataclass(frozen=True, slots=True)
class CallOnce(Work):
    """An async Python function called once for all keys of the whole answer."""

    function: Callable[..., Any]
    decode: Decode
    encode: Encode

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Note the hole; `settle` fills it."""
        needs = document[key]
        if needs is not None:
            todo = run.waiting.setdefault(id(self.function), (self, []))[1]
            todo.append((document, key, decoded(needs, self.decode)))

    async def settle(self, todo: Sequence[tuple[Any, Any, tuple[Any, ...]]], run: Run) -> None:
        """Call the function with the distinct keys and fill all holes."""
        keys = list(dict.fromkeys(needs for *_, needs in todo))
        try:
            found = list(zip(keys, await self.function(run.context, keys), strict=True))
        except Exception as error:  # noqa: BLE001  # whatever the function raises is reported at its places
            values, run.failed = dict.fromkeys(keys, cast("Any", of_function(error))), True
        else:
            values = {key: self._encoded(value, run) for key, value in found}
        for document, key, needs in todo:
            document[key] = values[needs]

    def _encoded(self, value: Any, run: Run) -> Any:
        try:
            return self.encode(value)
        except Exception as error:  # noqa: BLE001  # a value that is none of the field's type is reported at its places
            run.failed = True
            return error


@dataclass(frozen=True, slots=True)
class Deeper(Work):
    """A relation too deep for the store's parser: one more statement for all such holes of the answer."""

    plan: Any
    work: Work | None

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Note the hole; `settle` fills it."""
        if document[key] is not None:
            run.holes.setdefault(id(self), (self, []))[1].append((document, key, orjson.dumps(document[key])))

    async def settle(self, todo: Sequence[tuple[Any, Any, bytes]], run: Run) -> None:
        """Read all distinct holes by one statement; what comes back may have holes again."""
        keys = {key: n for n, key in enumerate(dict.fromkeys(hole for *_, hole in todo))}
        run.hole_keys = f"[{','.join(k.decode() for k in keys)}]"
        rows = await run.context.store.rows(self.plan.text, self.plan.values(run))
        for document, key, hole in todo:
            text = rows[keys[hole]][0]
            document[key] = None if text is None else orjson.loads(text)
            if self.work is not None:
                self.work.fill(document, key, run)


@dataclass(frozen=True, slots=True)
class InOrder(Work):
    """Objects that came by type, to be put into the order of the ids that were asked for."""

    ids: Callable[[Run], Sequence[tuple[str, str]]]
    tasks: dict[str, Tasks]
    keep_tag: bool

    def fill(self, document: Any, key: Any, run: Run) -> None:
        """Make one list, null where an id names nothing."""
        found = {}
        for name, rows in document[key].items():
            for public_id, value in rows:
                for field, work in self.tasks[name]:
                    work.fill(value, field, run)
                if self.keep_tag:
                    value[TAG] = name
                found[name, public_id] = value
        document[key] = [found.get(pair) for pair in self.ids(run)]


async def settle(run: Run) -> None:
    """Fill the holes that were noted, until none is left: what traversals find may have holes again.

    The deeper statements come first: so a function is called once for all that is known of the answer by then.
    """
    while run.holes or run.waiting:
        while run.holes:
            deeper, run.holes = list(run.holes.values()), {}
            for work, todo in deeper:
                await work.settle(todo, run)
        waiting, run.waiting = list(run.waiting.values()), {}
        await asyncio.gather(*(work.settle(todo, run) for work, todo in waiting))


DECODE: dict[type, Encode] = {
    Instant: dt.datetime.fromisoformat,
    Uid: uuid.UUID,
}
"""How the JSON form of a column's type becomes Python's. What is not here is the same in both."""


def decoder(column_type: Any) -> Encode | None:
    """How a column's JSON form becomes Python's."""
    if type(column_type).__name__ == "Date":
        return dt.date.fromisoformat
    return DECODE.get(type(column_type))


def decoded(needs: Sequence[Any], decode: Decode) -> tuple[Any, ...]:
    """The needs of a hole as Python values."""
    return tuple(v if d is None or v is None else d(v) for v, d in zip(needs, decode, strict=True))
