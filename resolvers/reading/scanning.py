"""A look at a document's text before it is parsed: what is far too much is refused for a tenth of parsing's price."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from graphql import GraphQLError

from resolvers.reading.limits import Limits, exceeded, too_long, too_many_tokens, too_nested

TOKEN = re.compile(
    r'''
      """ [^"\\]*+ (?: (?: \\""" | \\(?!""") | "(?!"") ) [^"\\]*+ )* (?:""")?
    | "   [^"\\\n\r]*+ (?: \\. [^"\\\n\r]*+ )* "?
    | \#[^\n\r]*+
    | [_A-Za-z][_0-9A-Za-z]*+
    | -?[0-9]++ (?:\.[0-9]++)? (?:[eE][+-]?[0-9]++)?
    | \.\.\.
    | [^\s,\ufeff]
    ''',
    re.VERBOSE,
)
"""One token, or a character that is none: the parser will say so.

A group is never repeated possessively: Python before 3.11.5 answers wrong there (CPython issue 106052). Nothing is
tried twice all the same, since no two alternatives begin alike, and what follows a repetition may always be empty.
"""


OPENING, CLOSING = frozenset("{[("), frozenset("}])")
OPERATIONS = frozenset({"query", "mutation", "subscription", "{"})
"""With what an operation can begin."""

ASIDE = frozenset('#"')
"""With what comments and descriptions begin, which may stand before a definition."""


@dataclass(slots=True)
class Outline:
    """What a document's brackets tell: how deep they are inside one another, and how many definitions begin."""

    deepest: int = 0
    operations: int = 0
    fragments: int = 0


def scan(text: str, limits: Limits) -> GraphQLError | None:
    """Why the text is not worth parsing, or None. What it counts is right for every text that the parser takes."""
    if len(text) > limits.document_length:
        return too_long(len(text), limits.document_length)
    tokens = TOKEN.findall(text)
    if len(tokens) > limits.tokens:
        return too_many_tokens(len(tokens), limits.tokens)
    outline = outlined(tokens)
    if outline.deepest > limits.nesting:
        return too_nested(limits.nesting)
    counts = {"operations": outline.operations, "fragments": outline.fragments, "directives": tokens.count("@")}
    refusals = (exceeded(name, "The document", found, limits) for name, found in counts.items())
    return next((refusal for refusal in refusals if refusal is not None), None)


def outlined(tokens: Sequence[str]) -> Outline:
    """The outline of a document's tokens."""
    outline, level, begins = Outline(), 0, True
    for each in tokens:
        if begins and each[0] not in ASIDE:
            outline.operations += each in OPERATIONS
            outline.fragments += each == "fragment"
            begins = False
        if each in OPENING:
            level += 1
            outline.deepest = max(outline.deepest, level)
        elif each in CLOSING:
            level -= 1
            begins = level == 0 and each == "}"
    return outline
