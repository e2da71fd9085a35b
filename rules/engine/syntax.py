"""The form of a cell: S-FEEL unary tests and expressions, read by a grammar. What a name means is not known here."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args

from rules.engine.keyboard import Typed, typed
from rules.engine.problem import CellError

LONGEST_CELL: Final = 1_000
DEEPEST: Final = 50

_GRAMMAR: Final = r"""
tests: MINUS -> anything
     | alternative ("," alternative)* -> alternatives
?alternative: test | NOT "(" test ("," test)* ")" -> negation
?test: literal | COMPARE literal -> comparison | opening literal ".." literal closing -> span
!opening: "[" | "(" | "]"
!closing: "]" | ")" | "["
?literal: MINUS? NUMBER UNIT? -> number | _other

?expression: sum
?sum: product | sum (PLUS | MINUS) product -> operation
?product: factor | product (STAR | SLASH) factor -> operation
?factor: NUMBER UNIT? -> number | _other | MINUS factor -> minus | "(" sum ")"

_other: quoted | word | day | call
quoted: STRING
word: WORD
day: DAY
call: CALL "(" STRING ")" | AT STRING

COMPARE: ">=" | "<=" | ">" | "<" | "!=" | "="
MINUS: "-"
PLUS: "+"
STAR: "*"
SLASH: "/"
AT: "@"
NOT.3: /not(?=\s*\()/
CALL.3: /(date and time|date|time|duration)(?=\s*\()/
NUMBER: /[0-9]+(\.[0-9]+)?|\.[0-9]+/
UNIT: /%|(?!(or|and)\b)[^\W\d_]+/
DAY.2: /[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])/
STRING: /"([^"\\]|\\.)*"/
WORD: /[^\W\d]\w*/
%ignore /[ \t]+/
"""

_NAMES: Final = {
    "NUMBER": "a number",
    "STRING": 'a text in "quotes"',
    "WORD": "a value",
    "DAY": "a date such as 2026-01-31",
    "COMPARE": "one of > >= < <=",
    "COMMA": ", and another alternative",
    "__ANON_0": "..",
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "a range such as [3..10)",
    "RSQB": "]",
    "NOT": "not(...)",
    "MINUS": "-",
    "PLUS": "+",
    "STAR": "*",
    "SLASH": "/",
    "$END": "the end of the cell",
}


class Form(enum.Enum):
    """How a literal is written."""

    NUMBER = "a number"
    QUOTED = "a text"
    WORD = "a word"
    DAY = "a date"
    CALL = "a date, time or duration"


@dataclass(frozen=True, slots=True)
class Literal:
    """One value as it is written. `call` is the function around the text: `date`, `time`, `@` ..."""

    form: Form
    text: str
    at: int
    unit: str = ""
    unit_at: int = 0
    call: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`>= 5`."""

    operator: str
    literal: Literal
    at: int


@dataclass(frozen=True, slots=True)
class Span:
    """`[3..10)`. A bracket that faces outwards leaves its end out, as a round one does."""

    opens: str
    low: Literal
    high: Literal
    closes: str
    at: int


Alternative: TypeAlias = Literal | Comparison | Span


@dataclass(frozen=True, slots=True)
class Negation:
    """`not(A, B)`."""

    tests: tuple[Alternative, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Anything:
    """`-`."""


@dataclass(frozen=True, slots=True)
class Operation:
    """`a + b`. A sign before something is 0 minus it."""

    operator: str
    left: Written
    right: Written
    at: int
    depth: int


Written: TypeAlias = Literal | Operation
Tests: TypeAlias = Anything | tuple[Alternative | Negation, ...]


def _depth(written: Written) -> int:
    return written.depth if isinstance(written, Operation) else 0


def _operation(operator: str, left: Written, right: Written) -> Operation:
    depth = 1 + max(_depth(left), _depth(right))
    if depth > DEEPEST:
        raise CellError(left.at, f"more than {DEEPEST} calculations inside each other", cure="Split it into columns")
    return Operation(operator, left, right, left.at, depth)


@v_args(inline=True)
class _Build(Transformer[Token, Any]):
    """Makes the nodes while the text is read, so that depth is bounded before anything recurs."""

    def anything(self, _: Token) -> Anything:
        return Anything()

    def alternatives(self, *found: Alternative | Negation) -> Tests:
        return found

    def negation(self, word: Token, *tests: Alternative) -> Negation:
        return Negation(tests, _at(word))

    def comparison(self, operator: Token, literal: Literal) -> Comparison:
        return Comparison(str(operator), literal, _at(operator))

    def opening(self, bracket: Token) -> Token:
        return bracket

    closing = opening

    def span(self, opens: Token, low: Literal, high: Literal, closes: Token) -> Span:
        return Span(str(opens), low, high, str(closes), _at(opens))

    def number(self, *tokens: Token) -> Literal:
        parts = {token.type: token for token in tokens}
        sign = parts.get("MINUS", "")
        return Literal(Form.NUMBER, sign + parts["NUMBER"], _at(tokens[0]), str(parts.get("UNIT", "")), _at(tokens[-1]))

    def quoted(self, token: Token) -> Literal:
        return Literal(Form.QUOTED, _unquoted(token), _at(token))

    def word(self, token: Token) -> Literal:
        return Literal(Form.WORD, str(token), _at(token))

    def day(self, token: Token) -> Literal:
        return Literal(Form.DAY, str(token), _at(token))

    def call(self, name: Token, token: Token) -> Literal:
        return Literal(Form.CALL, _unquoted(token), _at(name), call=str(name))

    def minus(self, sign: Token, operand: Written) -> Written:
        if isinstance(operand, Literal) and operand.form is Form.NUMBER and not operand.text.startswith("-"):
            return Literal(Form.NUMBER, f"-{operand.text}", _at(sign), operand.unit, operand.unit_at)
        return _operation("-", Literal(Form.NUMBER, "0", _at(sign)), operand)

    def operation(self, left: Written, sign: Token, right: Written) -> Operation:
        return _operation(str(sign), left, right)


def _at(token: Token) -> int:
    return token.start_pos or 0


def _unquoted(token: Token) -> str:
    """The text between the quotes; a backslash takes the next character as it is."""
    inner, plain, is_escaped = str(token)[1:-1], [], False
    for one in inner:
        is_escaped = one == "\\" and not is_escaped
        if not is_escaped:
            plain.append(one)
    return "".join(plain)


_PARSER: Final = Lark(
    _GRAMMAR, parser="lalr", start=["tests", "expression"], transformer=_Build(), maybe_placeholders=False
)


@lru_cache(maxsize=4096)
def tests_written(cell: str) -> tuple[Tests, Typed]:
    """The unary tests of an input cell, and the cell in ASCII by which places are told.

    Raises:
        CellError: it is no unary test, or too long.
    """
    return _parsed(cell, "tests")


@lru_cache(maxsize=4096)
def expression_written(cell: str) -> tuple[Written, Typed]:
    """The expression of an output cell.

    Raises:
        CellError: it is no expression, too long, or too deep.
    """
    return _parsed(cell, "expression")


def _parsed(cell: str, start: str) -> tuple[Any, Typed]:
    if len(cell) > LONGEST_CELL:
        raise CellError(LONGEST_CELL, f"the cell is longer than {LONGEST_CELL} characters", cure="Split the row in two")
    text = typed(cell)
    if not text.text.strip():
        cure = "Write - for: whatever it is" if start == "tests" else "Write a value, or null"
        raise CellError(0, "the cell is empty", cure=cure)
    try:
        return _PARSER.parse(text.text, start=start), text
    except UnexpectedInput as error:
        raise _in_words(text, error) from None
    except CellError as error:
        raise moved(error, text) from None


def moved(error: CellError, text: Typed) -> CellError:
    """The error at its place in what was typed."""
    return CellError(text.place(error.at), error.message, cure=error.cure, expected=error.expected)


def _in_words(text: Typed, error: UnexpectedInput) -> CellError:
    is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    at = len(text.text) if is_end else error.pos_in_stream or 0
    terminals: set[str] = set()
    if isinstance(error, UnexpectedCharacters):
        terminals = set(error.allowed or ())
    elif isinstance(error, UnexpectedToken):
        terminals = set(error.accepts or error.expected)
    expected = sorted({_NAMES[each] for each in terminals if each in _NAMES})
    what = "the cell ends too early" if is_end else f"{text.text[at : at + 8].strip()!r} is not understood here"
    return CellError(text.place(at), what, cure=_cure(text.text, at), expected=expected)


def _cure(text: str, at: int) -> str:
    """What a person who writes this most often means."""
    for slip, right in (("=>", ">="), ("=<", "<="), ("==", "="), ("<>", "!=")):
        if slip in text:
            return f"Write {right} instead of {slip}"
    if text[at : at + 1] == ";":
        return "Write , between alternatives"
    if text.count('"') % 2:
        return "A quote is not closed"
    if " and " in text or "&" in text:
        return "Write a range such as (3..10] for: more than 3 and at most 10"
    if " or " in text:
        return "Write , between alternatives"
    return ""
