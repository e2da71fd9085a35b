"""The keys of rule files and of their cases: what each means and holds, for readers and for editors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what it means, as an editor shows it, and what it holds, as `json_schema` has it."""

    name: str
    holds: str
    meaning: str
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that one mapping may have."""

    each: tuple[Key, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(key.name for key in self.each)

    @property
    def needed(self) -> tuple[str, ...]:
        """Those without which it means nothing."""
        return tuple(key.name for key in self.each if key.is_needed)

    def __add__(self, other: Keys) -> Keys:
        return Keys((*self.each, *other.each))


WORDS: Final = Keys(
    (
        Key("zh", "text", "in Chinese", is_needed=True),
        Key("en", "text", "in English", is_needed=True),
    )
)
REASON: Final = Keys(
    (
        Key("zh", "text", "in Chinese; {name} is replaced by the value of a fact or conclusion"),
        Key("en", "text", "in English; {name} is replaced by the value of a fact or conclusion"),
    )
)
EFFECTIVE: Final = Keys(
    (
        Key("from", "day", "the first day on which it holds, such as 2026-04-01"),
        Key("until", "day", "the first day on which it no longer holds"),
    )
)
STATE: Final = Keys(
    (
        Key(
            "of",
            "text",
            "the output, an enum or a boolean, whose last value is a fact of the next decision",
            is_needed=True,
        ),
        Key("fact", "text", "the input that holds its last value", is_needed=True),
        Key("since", "text", "the input that counts the days since it had this value"),
    )
)
RULE_FILE: Final = Keys(
    (
        Key("rule_set", "name", "its name: letters (also Chinese), digits and _", is_needed=True),
        Key("title", "words", "what people call it, in Chinese and English", is_needed=True),
        Key("owner", "text", "who answers for it", is_needed=True),
        Key("effective", "effective", "the days on which it holds; may be left out, each or both"),
        Key("about", "subject", "what it decides about; goes with reads"),
        Key("reads", "facts", "the facts of the vocabulary that it reads, such as [value_12m, tenure_years]"),
        Key("inputs", "inputs", "in place of about and reads: its own inputs, by name"),
    )
)
OF_TABLE: Final = Keys(
    (
        Key("outputs", "outputs", "what it answers, by name", is_needed=True),
        Key("hit_policy", "policy", "what several matching rows mean", is_needed=True),
        Key("table", "text", "the rows, as a block: write `table: |`, and the rows indented below", is_needed=True),
        Key(
            "state",
            "state",
            "an output that is a fact of the next decision: the check proves that it does not go to and fro",
        ),
    )
)
OF_CHAIN: Final = Keys(
    (
        Key("conclusions", "conclusions", "what rules conclude, by name; all of them are answered", is_needed=True),
        Key("rules", "rules", "the rules that chain: what one concludes is a fact for the next", is_needed=True),
    )
)
INPUT: Final = Keys(
    (
        Key("type", "kind", "what its values are", is_needed=True),
        Key("values", "values", "of an enum: its values. Of an output by priority: the most important first"),
        Key("min", "bound", "the least value that it may have"),
        Key("max", "bound", "the greatest value that it may have"),
        Key("nullable", "truth", "whether it may be null, that is, not known"),
        Key("places", "places", "of a number: its decimal places; 0 for whole numbers"),
        Key("unit", "text", "of a number: what it is counted in"),
        Key(
            "units", "units", "of a number: other units in which cells may be written, each with its factor: {weeks: 7}"
        ),
        Key("meaning", "anything", "what it means, for people"),
    )
)
OUTPUT: Final = INPUT + Keys(
    (Key("default", "scalar", "what it is for facts that no row matches: all outputs have one, or none"),)
)
CONCLUSION: Final = INPUT + Keys(
    (
        Key("default", "scalar", "what it is if no rule concludes it", is_needed=True),
        Key("combine", "combine", "what it means if several rules conclude values of it; agree if nothing is said"),
    )
)
RULE: Final = Keys(
    (
        Key("id", "row", "its name: letters, digits, _ and -", is_needed=True),
        Key(
            "when",
            "when",
            "tests of facts and conclusions, all of which must hold; or a list of such mappings, of which one must",
            is_needed=True,
        ),
        Key("then", "then", "the values that it gives to conclusions, or how they are calculated", is_needed=True),
        Key("reason", "reason", "why, in Chinese and English"),
    )
)
CASE_FILE: Final = Keys(
    (
        Key("rule_set", "name", "the rule set that is tested", is_needed=True),
        Key(
            "clock",
            "text",
            "the instant at which the cases are decided, such as 2026-05-01T09:00:00+08:00",
            is_needed=True,
        ),
        Key("usual", "given", "the facts of every case that does not say otherwise, by name"),
        Key("cases", "cases", "the cases, each with another name", is_needed=True),
    )
)
CASE: Final = Keys(
    (
        Key("name", "text", "what the case is about", is_needed=True),
        Key("given", "given", "the facts that differ from usual, by name"),
        Key(
            "expect",
            "expect",
            "what must come of it: outputs by name, and row, rows, results or error; what is not named is not compared",
            is_needed=True,
        ),
    )
)
TOLD: Final = Keys(
    (
        Key("row", "scalar", "of a table: the one row that gives the answer"),
        Key("rows", "several", "of a table: the rows that give the answer, in their order"),
        Key("rule", "scalar", "where rules chain: the one rule that fires"),
        Key("rules", "several", "where rules chain: the rules that fire, in the order of the file"),
        Key("results", "results", "of a policy that gives several answers: all of them, in their order"),
        Key("error", "fault", "why nothing is decided"),
    )
)
"""What a case may expect beside outputs. A table has no `rule`, and a chain no `row`: these may be outputs there."""
