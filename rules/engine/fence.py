"""The fence around durable-rules: the one module that imports it, and the small part of it that was found to be right.

Outside of that part the package crashes, hangs or answers wrong (docs/adr/0005-engine-fence.md). So what it is given
here is flat: a rule is a conjunction of atoms, a fact names the atoms that are true, and there is nothing else. Its C
module is driven directly; its `Host` starts threads.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import durable_rules_engine as engine

MOST_RULES: Final = 60
"""Of a pack. A fact that matches 65 rules at once is an error to the engine, and 256 equal rules crash it."""

MOST_ATOMS: Final = 240
"""Of a pack. A fact has at most 252 fields."""

MOST_PACKS: Final = 60
"""Of a ruleset, which holds 4,096 rules; and 513 tests at one node are an endless loop."""

_SID: Final = "k"
"""The one session. The engine hashes the names of sessions without comparing them, and keeps memory for each."""

_NOTHING_KEPT: Final = "309"
"""What the engine says if a session is to be forgotten of which it keeps nothing."""


class FenceError(Exception):
    """The engine did not do what it should. What it answered for this case must not be used."""


@dataclass(frozen=True)
class Pack:
    """Rules that one fact is matched with: each has a number, which is its priority, and the atoms that it needs.

    Atoms are numbered from 0 in each pack.
    """

    rules: tuple[tuple[int, tuple[int, ...]], ...]


def atom_text(atom: int) -> str:
    """How a fact says that an atom is true."""
    return f',"a{atom}":1'


class Fence:
    """Packs of rules inside the engine, in rounds. For one thread at a time; `close` frees what C keeps.

    Raises:
        FenceError: the engine refuses the rules.
    """

    def __init__(self, rounds: Sequence[Sequence[Pack]]) -> None:
        self._rulesets: list[_Ruleset] = []
        self._parts: list[list[tuple[_Ruleset, slice]]] = [[] for _ in rounds]
        self.heads: list[list[str]] = [[] for _ in rounds]
        """How the facts of each round begin, one a pack. Texts of atoms follow, and `}`."""
        packs = [(number, pack) for number, each in enumerate(rounds) for pack in each]
        try:
            for start in range(0, len(packs), MOST_PACKS):
                self._add(packs[start : start + MOST_PACKS])
        except FenceError:
            self.close()
            raise

    def _add(self, packs: Sequence[tuple[int, Pack]]) -> None:
        ruleset = _Ruleset([pack for _, pack in packs])
        self._rulesets.append(ruleset)
        for number, places in itertools.groupby(range(len(packs)), lambda place: packs[place][0]):
            heads = [_head(place) for place in places]
            begin = len(self.heads[number])
            self.heads[number] += heads
            self._parts[number].append((ruleset, slice(begin, begin + len(heads))))

    @contextlib.contextmanager
    def case(self) -> Iterator[None]:
        """One case: all its rounds are fired inside. At its end the engine forgets its facts."""
        try:
            yield
        finally:
            for ruleset in self._rulesets:
                ruleset.forget()

    def fire(self, number: int, facts: Sequence[str], *, first: bool = False) -> list[int]:
        """The numbers of the rules that fire on the facts of a round, least first; of `first` only the least.

        Raises:
            FenceError: the engine failed, or fired more often than there are rules.
        """
        fired: list[int] = []
        for ruleset, part in self._parts[number]:
            fired += ruleset.fire(facts[part], first=first)
            if first and fired:
                break
        return fired

    def close(self) -> None:
        """Free what C keeps of the rules. Nothing can be fired afterwards."""
        while self._rulesets:
            self._rulesets.pop().close()
        self._parts = []


def _head(place: int) -> str:
    """A fact has an id of its own: the engine would make one by hashing, and take two of one hash for the same."""
    return f'{{"sid":"{_SID}","id":"f{place}","t":"p{place}"'


class _Ruleset:
    """At most 60 packs, told apart by the first test of their rules."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self._most = sum(len(pack.rules) for pack in packs)
        self._is_dirty = False
        rules: dict[str, Any] = {}
        for place, pack in enumerate(packs):
            _check(pack)
            rules |= {f"r{number}": _rule(place, number, atoms) for number, atoms in pack.rules}
        rules["$prime"] = {"all": [{"m": {"$prime": 1}}]}
        try:
            self._handle: int = engine.create_ruleset("rules", json.dumps(rules))
            self._prime()
        except (engine.error, MemoryError) as error:
            raise FenceError(f"the engine refuses the rules: {error}") from error

    def _prime(self) -> None:
        """Fire once: a session in which no rule ever fired crashes the process when it is forgotten."""
        self._is_dirty = True
        _, offset = engine.assert_fact(self._handle, f'{{"sid":"{_SID}","$prime":1}}')
        if not engine.start_action_for_state(self._handle, offset):
            raise FenceError("the engine did not fire its first rule")
        engine.complete_and_start_action(self._handle, offset)
        self.forget()

    def fire(self, facts: Sequence[str], *, first: bool) -> list[int]:
        """The numbers of the rules that fire, least first."""
        self._is_dirty = True
        offset = 0
        try:
            for fact in facts:
                code, offset = engine.assert_fact(self._handle, fact)
                if code == 2:
                    raise FenceError("the engine takes a fact for one that it knows")
            return self._fired(offset, first=first)
        except (engine.error, MemoryError) as error:
            raise FenceError(f"the engine failed: {error}") from error

    def _fired(self, offset: int, *, first: bool) -> list[int]:
        fired: list[int] = []
        started = engine.start_action_for_state(self._handle, offset)
        message: str | None = started[1] if started else None
        while message:
            fired.append(_number(message))
            if first:
                break
            if len(fired) > self._most:
                raise FenceError(f"more than {self._most} firings of as many rules")
            message = engine.complete_and_start_action(self._handle, offset)
        return fired

    def forget(self) -> None:
        """Forget the facts of the case."""
        if not self._is_dirty:
            return
        self._is_dirty = False
        try:
            engine.delete_state(self._handle, _SID)
        except (engine.error, MemoryError) as error:
            if _NOTHING_KEPT not in str(error):
                raise FenceError(f"the engine does not forget: {error}") from error

    def close(self) -> None:
        """Free the memory of the rules."""
        engine.delete_ruleset(self._handle)


def _check(pack: Pack) -> None:
    atoms = {atom for _, needed in pack.rules for atom in needed}
    if len(pack.rules) > MOST_RULES or max(atoms, default=0) >= MOST_ATOMS:
        raise ValueError(f"a pack has at most {MOST_RULES} rules and {MOST_ATOMS} atoms")


def _rule(place: int, number: int, atoms: Sequence[int]) -> dict[str, Any]:
    """The test that tells packs apart is first: facts of other packs go no further."""
    tests = [{"t": f"p{place}"}, *({f"a{atom}": 1} for atom in atoms)]
    return {"all": [{"m": {"$and": tests}}], "pri": number}


def _number(message: str) -> int:
    """The number in `{"r12":{"m":...`, the engine's word for a firing."""
    if not message.startswith('{"r'):
        raise FenceError(f"the engine fired {message[:40]!r}, which is no rule")
    return int(message[3 : message.index('"', 3)])
