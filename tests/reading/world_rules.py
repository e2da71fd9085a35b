"""The nasty world's rule sets: versions of all states, some in force after one another, and one never published."""

from __future__ import annotations

from collections.abc import Iterator

from store.base import Base
from store.rule_shadow import RuleShadowRow
from store.rule_simulation import RuleSimulationRow
from store.rule_version import PublicationKind, RulePublicationRow, RuleVersionRow, RuleVersionStatus
from tests.reading.nasty import Chance, member

STEPS = ("step", "done", "total")
NAMES = ("grading", "分级", "null", "waiting")


def rule_sets(chance: Chance) -> Iterator[Base]:
    """Versions and publications; of the last rule set nothing was published, and the first has many."""
    for place, name in enumerate(NAMES):
        versions: list[RuleVersionRow] = []
        for number in range(1, 1 + (25 if place == 0 else chance.one(1, 3, 6))):
            base = chance.one(None, *versions)
            state = member(RuleVersionStatus, number)
            known = {"rule_set": name, "number": number, "status": state, "base_id": base and base.id}
            versions.append(chance.row(RuleVersionRow, **known))
        yield from versions
        for number in range(1, 1 if name == "waiting" else 6):
            known = {"rule_set": name, "number": number, "kind": member(PublicationKind, number)}
            yield chance.row(RulePublicationRow, **known, version_id=chance.one(*versions).id)
    for number in range(25):
        yield chance.row(RuleShadowRow, rule_set=f"shadowed {number}")
        steps = {"step": "customers", "done": number, "total": 2**31 - 1} if number % 3 else dict.fromkeys(STEPS)
        keys = {name: chance.one(None, versions[0].id, versions[-1].id) for name in ("version_id", "against_id")}
        yield chance.row(RuleSimulationRow, rule_set=f"simulated {number}", **steps, **keys, result=None)
