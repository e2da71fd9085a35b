"""Why rules decided as they did, in a line that is kept with what came of it."""

from __future__ import annotations

from resolvers.decisions.making import Decided
from resolvers.rule_sets.versions import Version
from rules.facts.levels import told_reason
from rules.facts.vocabulary import Level


def reason_of(version: Version, decided: Decided, level: Level, *, place: int = 0) -> str | None:
    """The reason of one result in both languages, for a column of this level: what it quotes from above is hidden."""
    table, outcome = version.rule_set.table, decided.outcome
    if place >= len(outcome.rows):
        return None
    row = next(row for row in table.rows if row.id == outcome.rows[place])
    words = told_reason(table, row, {**decided.facts, **outcome.results[place]}, level)
    return " · ".join(filter(None, (words.zh, words.en))) or None
