"""The pass over a document finds what counting the written out document finds; the scan sees what the lexer sees."""

from __future__ import annotations

import re

import pytest
from graphql import GraphQLSyntaxError, Lexer, NoFragmentCyclesRule, Source, TokenKind, parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.reading.limits import MANY, Limits
from resolvers.reading.measuring import Measure
from resolvers.reading.overlaps import LEAF, NESTED, overlaps
from resolvers.reading.scanning import TOKEN, outlined, scan
from tests.reading.limits.asking import codes, schema
from tests.reading.limits.naive_measure import Circular, TooLargeError, pairs, written_out

NAMES = ["a", "b", "c", "__typename", "__schema", "__type"]
FRAGMENTS = ["F", "G", "H", "I"]

field_names = st.sampled_from(NAMES)
aliases = st.sampled_from(["", "", "", "x: ", "y: "])


def selections(depth: int) -> st.SearchStrategy[str]:
    """Selections, nested so deep at most."""
    leaf = st.builds("{}{}".format, aliases, field_names)
    spread = st.builds("...{}".format, st.sampled_from(FRAGMENTS))
    options = [leaf, spread]
    if depth:
        inner = selections(depth - 1)
        options += [st.builds("{}{} {}".format, aliases, field_names, inner), st.builds("... {}".format, inner)]
    return st.lists(st.one_of(options), min_size=1, max_size=4).map(lambda many: "{ " + " ".join(many) + " }")


documents = st.builds(
    lambda operation, fragments: " ".join(
        [operation, *(f"fragment {name} on T {body}" for name, body in zip(FRAGMENTS, fragments, strict=False))]
    ),
    selections(4),
    st.lists(selections(2), max_size=4),
)


@given(documents)
@settings(max_examples=400, deadline=None)
def test_the_pass_finds_what_counting_the_written_out_document_finds(text):
    document = parse(text)
    measure = Measure(document)
    [operation] = measure.operations
    sums = measure.of(operation)
    try:
        expected = written_out(document, operation).counts
    except Circular:
        assert measure.circular
        return
    except TooLargeError:
        return

    counted = {name: getattr(sums, name) for name in ("fields", "aliases", "spreads")}
    assert counted | {"deep": sums.deep[0], "inside": sums.inside[0]} == expected
    assert (sums.deep[1] is None) == (sums.deep[0] == 0)
    if not measure.circular:
        points = overlaps(operation, measure.fragments, MANY)
        assert LEAF * pairs(document, operation) <= points <= NESTED * pairs(document, operation)


@given(documents)
@settings(max_examples=200, deadline=None)
def test_circular_fragments_are_those_that_graphql_calls_so(text):
    document = parse(text)
    measure = Measure(document)
    for operation in measure.operations:
        measure.of(operation)

    cycles = validate(schema(), document, [NoFragmentCyclesRule])
    assert not measure.circular or cycles
    assert measure.circular or measure.strays or not cycles


MARKS = ["{", "}", "(", ")", "[", "]", ":", "!", "$", "@", "&", "|", "=", "..."]
WORDS = ["name", "_x1", "on", "0", "-12", "1.5", "2e-3"]
STRINGS = ['""', '"a b"', r'"q\"q"', r'"\\"', '"{[("', r'"\u0041"', '"客户"']
BLOCKS = ['""""""', '"""a"b""c"""', r'"""x\"""y"""', '"""{\n{"""', r'"""\"""']
IGNORED = ["#", "# {\n", "#\r", "\n", " ", ",", "\t", "\ufeff"]

pieces = st.sampled_from([*MARKS, *WORDS, *STRINGS, *BLOCKS, *IGNORED])


@given(st.lists(pieces, max_size=30))
@settings(max_examples=500, deadline=None)
def test_the_scan_counts_the_tokens_that_the_lexer_finds(many):
    text = " ".join(many)
    lexer, found, deepest, level = Lexer(Source(text)), 0, 0, 0
    try:
        while lexer.advance().kind is not TokenKind.EOF:
            found += 1
            kind = lexer.token.kind
            level += (kind in (TokenKind.BRACE_L, TokenKind.PAREN_L, TokenKind.BRACKET_L)) - (
                kind in (TokenKind.BRACE_R, TokenKind.PAREN_R, TokenKind.BRACKET_R)
            )
            deepest = max(deepest, level)
    except GraphQLSyntaxError:
        return

    comments = sum(token.startswith("#") for token in TOKEN.findall(text))
    assert len(TOKEN.findall(text)) == found + comments
    assert scan(text, Limits(tokens=found + comments, nesting=deepest)) is None
    if found + comments:
        assert scan(text, Limits(tokens=found + comments - 1)) is not None
    if deepest:
        assert scan(text, Limits(nesting=deepest - 1)) is not None


NAMED = st.sampled_from(["", " query", " fragment", " subscription", " on"])
DEFINED = [
    st.builds("{}{}{{ a }}".format, st.sampled_from(["query", "mutation", "subscription"]), NAMED),
    st.just("{ a(x: {query: {fragment: 1}}) { fragment query @skip(if: true) } }"),
    st.just('query ($query: T = {fragment: "}"} @d) @fragment(x: {}) { a }'),
    st.sampled_from(["fragment query on fragment @d { a }", "fragment fragment on query { ...fragment @d }"]),
]
BETWEEN = st.sampled_from(["", " ", "\n# fragment F on T {\n", ",\ufeff"])


@given(st.lists(st.tuples(st.one_of(DEFINED), BETWEEN), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_the_scan_counts_definitions_and_directives_as_the_pass_does(parts):
    text = "# query\n" + " ".join(definition + between for definition, between in parts)
    measure = Measure(parse(text))
    tokens = TOKEN.findall(text)
    outline = outlined(tokens)

    assert (outline.operations, outline.fragments) == (len(measure.operations), measure.fragment_count)
    assert tokens.count("@") == measure.directives


def test_far_too_many_definitions_or_directives_are_not_even_parsed():
    broken = "{ viewer { name "

    assert codes("fragment F on T { a } " * 31 + broken) == ["LIMIT_FRAGMENTS"]
    assert codes("query Q { a } " * 11 + broken) == ["LIMIT_OPERATIONS"]
    assert codes("{ " + "a @d " * 51 + broken) == ["LIMIT_DIRECTIVES"]


@given(st.text(st.sampled_from('{}()[]"\\#\n\r .a1-$@!é\0\ud83d'), max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_gets_a_document_or_errors_with_codes(text):
    found = codes(text)

    assert all(re.fullmatch("[A-Z_]+", code) for code in found)


@pytest.mark.parametrize("depth", [60, 190, 250, 900, 1_900])
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "{a" * n + "}" * n,
        lambda n: "{a" * n,
        lambda n: "{a(x:" + "[" * n + "]" * n + ")}",
        lambda n: "{a(x:" + "{b:" * n + "1" + "}" * n + ")}",
        lambda n: "query($a:" + "[" * n + "Int" + "]" * n + "){a}",
        lambda n: "{" + "...{" * n + "a" + "}" * n + "}",
    ],
)
def test_nesting_is_refused_with_a_code_however_deep(make, depth):
    assert codes(make(depth)) in (["LIMIT_DEPTH"], ["LIMIT_TOKENS"])
    wide = {"tokens": 10**6, "nesting": 10**6, "document_length": 10**6, "values": 10**6, "spreads": 10**6}
    assert codes(make(depth), **wide), "and where those limits are wide, still without a crash"


def test_a_chain_of_fragments_is_refused_with_a_code_however_long():
    wide = {"tokens": 10**6, "fragments": 10**6, "spreads": 10**6, "document_length": 10**6}
    chain = "".join(f"fragment F{i} on Viewer {{ ...F{i + 1} }} " for i in range(3_000))

    assert codes("{ viewer { ...F0 } }" + chain + "fragment F3000 on Viewer { name }", **wide) == ["LIMIT_DEPTH"]
