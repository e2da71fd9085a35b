"""Limits of what a document may ask for, and the words of the refusals.

Every limit holds before anything of the store is asked. A refusal says which limit it is, its number, what the document
has, and what to do instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLError, Node


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one document may ask for. Counts of fields, aliases and spreads are of the expanded document."""

    document_length: int = 32_768
    """Characters."""
    tokens: int = 2_000
    """Words, numbers, texts, comments and marks."""
    nesting: int = 50
    """Brackets of any kind inside one another, also those of values and types."""
    depth: int = 10
    """Fields inside one another. What lies under `__schema` and `__type` has a limit of its own."""
    introspection_depth: int = 20
    """Fields inside one another under `__schema` and `__type`: common tools ask 13 to 15 deep."""
    fields: int = 500
    """Fields of one operation."""
    aliases: int = 15
    """Aliased fields of one operation."""
    root_fields: int = 5
    """Entries of one mutation: each is a change of its own."""
    directives_a_node: int = 5
    directives: int = 50
    """Directives of a document."""
    fragments: int = 30
    """Fragment definitions of a document."""
    spreads: int = 250
    """Fragments, named or inline, where an operation uses them."""
    operations: int = 10
    """Operations of a document."""
    variables: int = 100
    """Variable definitions of one operation."""
    variable_values: int = 5_000
    """Values that a request gives by its variables, with those inside lists and objects."""
    values: int = 250
    """Values written out in a document: of arguments, defaults and directives, with those inside lists and objects."""
    overlaps: int = 30_000
    """Points for the pairs of fields that share a place in the answer, so that validation must compare them."""
    errors: int = 10
    """How many errors are told at once."""
    cost: int = 10_000
    """Points of one operation, see `cost.py`."""
    first_required: bool = True
    """Whether a list inside a list must say how many rows it wants."""
    introspection: bool = True
    """Whether `__schema` and `__type` are answered."""
    suggestions: bool = True
    """Whether errors suggest names that the schema has."""


LONGEST_MESSAGE = 500
"""Longer messages are cut: they quote what the client wrote."""


def refusal(code: str, message: str, node: Node | None = None) -> GraphQLError:
    """A refusal of a document, with its place."""
    return GraphQLError(message, node, extensions={"code": code})


def too_long(found: int, limit: int) -> GraphQLError:
    """The text has too many characters."""
    return refusal(
        "LIMIT_LENGTH",
        f"The document has {found:,} characters, at most {limit:,} are allowed: "
        "give long texts by variables, and split the rest into several documents.",
    )


def too_many_tokens(found: int, limit: int) -> GraphQLError:
    """The text has too many tokens."""
    return refusal(
        "LIMIT_TOKENS",
        f"The document has {found:,} tokens, at most {limit:,} are allowed: "
        "give lists by variables, and split the rest into several documents.",
    )


def too_nested(limit: int) -> GraphQLError:
    """Brackets are too deep inside one another."""
    return refusal(
        "LIMIT_DEPTH",
        f"The document has brackets more than {limit} deep inside one another: "
        "ask for the inner part in a request of its own.",
    )


WORDS: dict[str, tuple[str, str, str]] = {
    "depth": ("LIMIT_DEPTH", "fields {} deep inside one another", "ask for the inner part in a request of its own"),
    "introspection_depth": (
        "LIMIT_DEPTH",
        "fields {} deep inside one another under __schema or __type",
        "ask for fewer levels of ofType",
    ),
    "fields": ("LIMIT_FIELDS", "{} fields, with those of its fragments", "ask in several requests"),
    "aliases": (
        "LIMIT_ALIASES",
        "{} aliases, with those of its fragments",
        "ask in several requests, or by lists of ids",
    ),
    "root_fields": ("LIMIT_ROOT_FIELDS", "{} changes", "send several requests"),
    "directives": ("LIMIT_DIRECTIVES", "{} directives", "write one around all the fields that it is for"),
    "directives_a_node": ("LIMIT_DIRECTIVES", "{} directives at one place", "leave out those that say nothing new"),
    "fragments": ("LIMIT_FRAGMENTS", "{} fragments", "merge those that always come together"),
    "spreads": ("LIMIT_FRAGMENTS", "{} uses of fragments", "write the fields of small fragments where they are used"),
    "operations": ("LIMIT_OPERATIONS", "{} operations", "send only the one that is to run"),
    "variables": ("LIMIT_VARIABLES", "{} variables", "group them in input objects"),
    "values": ("LIMIT_VALUES", "{} values written out", "give lists and objects by variables"),
    "overlaps": (
        "LIMIT_OVERLAPS",
        "fields that share a place in the answer, and comparing them takes {} points",
        "ask for each field once, or in fewer fragments",
    ),
}
"""For each limit of parsed documents: the code, what is counted, and what to do instead."""

MANY = 1_000_000
"""Counts stop here: fragments inside fragments double them."""


def exceeded(name: str, where: str, found: int, limits: Limits, node: Node | None = None) -> GraphQLError | None:
    """The refusal, if a limit of `Limits` of this name is exceeded."""
    limit = getattr(limits, name)
    if found <= limit:
        return None
    code, what, cure = WORDS[name]
    number = f"{found:,}" if found < MANY else f"{MANY:,} or more"
    return refusal(code, f"{where} has {what.format(number)}, at most {limit:,} are allowed: {cure}.", node)
