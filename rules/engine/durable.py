"""Decision tables and chains on durable-rules: atoms go into the fence, and what fires there is the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rules.engine.atoms import Atom, FactWriter, packed
from rules.engine.chain import Alternative, Chain, Round
from rules.engine.fence import Fence
from rules.engine.inference import inferred
from rules.engine.kinds import Column
from rules.engine.outcome import Outcome
from rules.engine.reference import resolved
from rules.engine.table import DecisionTable, HitPolicy


class DurableTable:
    """A decision table inside the fence. For one thread at a time.

    Raises:
        FenceError: the engine refuses the rules, or later fails at a case.
    """

    def __init__(self, table: DecisionTable) -> None:
        names = [column.name for column in table.inputs]
        rows = [[(names[place], test) for place, test in row.looks_at] for row in table.rows]
        self._table = table
        self._is_first = table.policy is HitPolicy.FIRST
        self._rounds = _Rounds({column.name: column for column in table.inputs}, [list(enumerate(rows))])

    def answer(self, facts: Mapping[str, Any]) -> Outcome:
        """Decide on facts that are as the columns keep them."""
        with self._rounds.fence.case():
            hits = self._rounds.fire(0, facts, first=self._is_first)
        return resolved(self._table, [self._table.rows[place] for place in hits], facts)

    def close(self) -> None:
        """Free what C keeps."""
        self._rounds.fence.close()


class DurableChain:
    """Rules that chain inside the fence: each round adds facts to those that are there. For one thread at a time.

    Raises:
        FenceError: the engine refuses the rules, or later fails at a case.
    """

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        branches = [(place, each) for place, rule in enumerate(chain.rules) for each in rule.when]
        self._places = [place for place, _ in branches]
        round_of = {place: asked.number for asked in chain.rounds for place in asked.rules}
        rounds: list[list[tuple[int, Alternative]]] = [[] for _ in chain.rounds]
        for number, (place, each) in enumerate(branches):
            rounds[round_of[place]].append((number, each))
        self._rounds = _Rounds(chain.columns, rounds)

    def answer(self, facts: Mapping[str, Any]) -> Outcome:
        """Decide on facts that are as the columns keep them."""
        with self._rounds.fence.case():
            return inferred(self._chain, facts, self._asked)

    def _asked(self, asked: Round, known: Mapping[str, Any]) -> list[int]:
        """The rules that hold. One with alternatives fires once for each that holds."""
        fired = self._rounds.fire(asked.number, known)
        return list(dict.fromkeys(self._places[number] for number in fired))

    def close(self) -> None:
        """Free what C keeps."""
        self._rounds.fence.close()


class _Rounds:
    """The rules of each round inside the fence, with what writes their facts."""

    def __init__(self, columns: Mapping[str, Column], rounds: Sequence[Sequence[tuple[int, Sequence[Atom]]]]) -> None:
        packs = [packed(each) for each in rounds]
        self.fence = Fence([[pack for pack, _ in each] for each in packs])
        self._writers = [
            FactWriter(columns, [atoms for _, atoms in each], heads)
            for each, heads in zip(packs, self.fence.heads, strict=True)
        ]

    def fire(self, number: int, facts: Mapping[str, Any], *, first: bool = False) -> list[int]:
        return self.fence.fire(number, self._writers[number].facts(facts), first=first)
