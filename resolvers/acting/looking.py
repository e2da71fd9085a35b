"""Looking at many subjects at once with a rule set in force: nothing is written, so that only what is new is decided.

The rule sets that act are tables: `resolvers.rule_sets.contract` keeps them so.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from resolvers.decisions.making import facts_read
from resolvers.facts.records import Gathered
from resolvers.rule_sets.versions import Version
from rules.engine.bulk import BulkTable
from rules.engine.reference import Outcome


class Look:
    """One version, ready to be held against columns of facts."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self._bulk = BulkTable(version.rule_set.table)

    def outcomes(self, found: Gathered) -> Iterator[tuple[uuid.UUID, Outcome]]:
        """What the version would say of each subject whose facts are known, without reasons."""
        unknown = set[uuid.UUID]().union(*(found.unknown.get(name, ()) for name in facts_read(self.version)))
        answers = self._bulk.decide(found.columns, len(found.ids))
        for key, outcome in zip(found.ids, answers.each(), strict=True):
            if key not in unknown and not outcome.errors:
                yield key, outcome


def facts_of(versions: Iterable[Version]) -> list[str]:
    """The names of all facts that these versions read, each once."""
    return list(dict.fromkeys(name for version in versions for name in facts_read(version)))
