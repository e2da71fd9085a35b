"""SQL constructs that build JSON, one spelling a store; both spellings give the same text.

Traps behind the spellings: PostgreSQL's `json_build_object` takes 100 arguments; SQLite's JSON functions keep 15 digits
of a double; newer SQLite loses the JSON subtype at a sub-select's edge; `json_build_array` puts blanks between items.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from store.money import EXPONENTS

LONGEST = 2**31 - 1
"""More characters than any text of a store has."""

MAX_ARGUMENTS = {"postgresql": 100, "sqlite": 126}


class JsonElement(FunctionElement[Any]):
    """A construct whose value is JSON."""

    inherit_cache = False
    type = sa.JSON()


class JsonObject(JsonElement):
    """`{key: value, ...}`; keys are GraphQL names, so they never need quoting."""

    name = "json_object_of"

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.keys = [key for key, _ in pairs]
        super().__init__(*[value for _, value in pairs])


class JsonArray(JsonElement):
    """`[value, ...]`."""

    inherit_cache = True
    name = "json_array_of"


class JsonRows(JsonElement):
    """All rows' documents (first clause) for which the second clause holds, as one array in the sub-select's order."""

    inherit_cache = True
    name = "json_rows_of"


class JsonBoolean(JsonElement):
    """A truth value; SQLite has only numbers."""

    name = "json_boolean_of"


class JsonFloat(JsonElement):
    """A double with all the digits that it needs."""

    name = "json_float_of"


class JsonDocument(JsonElement):
    """A sub-select's document inside another document."""

    name = "json_document_of"


class CursorText(FunctionElement[str]):
    """The ordering columns as hex of a JSON array: opaque, and the same text on both stores."""

    inherit_cache = False
    type = sa.Text()
    name = "cursor_text"


class MinorText(FunctionElement[str]):
    """Minor units (first clause) as decimal text with the places of a currency (second clause)."""

    inherit_cache = False
    type = sa.Text()
    name = "minor_text"


class SecondsUntil(FunctionElement[int]):
    """Whole seconds from the second instant to the first, rounded down."""

    inherit_cache = False
    type = sa.Integer()
    name = "seconds_until"


def _arguments(element: FunctionElement[Any], compiler: SQLCompiler, kw: dict[str, Any]) -> list[str]:
    kw.pop("within_columns_clause", None)
    kw.pop("add_to_result_map", None)
    return [compiler.process(x, **kw) for x in element.clauses]


def _object_parts(element: JsonObject, arguments: list[str], function: str, dialect: str) -> list[str]:
    step = MAX_ARGUMENTS[dialect] // 2
    pairs = [f"'{key}', {value}" for key, value in zip(element.keys, arguments, strict=True)]
    return [f"{function}({', '.join(pairs[i : i + step])})" for i in range(0, max(1, len(pairs)), step)]


@compiles(JsonObject, "postgresql")
def _object_postgresql(element: JsonObject, compiler: SQLCompiler, **kw: Any) -> str:
    parts = _object_parts(element, _arguments(element, compiler, kw), "json_build_object", "postgresql")
    if len(parts) == 1:
        return parts[0]
    inside = [f"right(left(CAST({part} AS TEXT), -1), -1)" for part in parts]
    return "CAST('{' || " + " || ',' || ".join(inside) + " || '}' AS JSON)"


@compiles(JsonObject, "sqlite")
def _object_sqlite(element: JsonObject, compiler: SQLCompiler, **kw: Any) -> str:
    parts = _object_parts(element, _arguments(element, compiler, kw), "json_object", "sqlite")
    if len(parts) == 1:
        return parts[0]
    inside = [f"substr(substr({part}, 2), -1, {-LONGEST})" for part in parts]  # written once: it may hold parameters
    return "json('{' || " + " || ',' || ".join(inside) + " || '}')"


@compiles(JsonArray, "postgresql")
def _array_postgresql(element: JsonArray, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_build_array({', '.join(_arguments(element, compiler, kw))})"


@compiles(JsonArray, "sqlite")
def _array_sqlite(element: JsonArray, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_array({', '.join(_arguments(element, compiler, kw))})"


@compiles(JsonRows, "postgresql")
def _rows_postgresql(element: JsonRows, compiler: SQLCompiler, **kw: Any) -> str:
    document, *keep = _arguments(element, compiler, kw)
    condition = f" FILTER (WHERE {keep[0]})" if keep else ""
    return f"coalesce(json_agg({document}){condition}, '[]')"


@compiles(JsonRows, "sqlite")
def _rows_sqlite(element: JsonRows, compiler: SQLCompiler, **kw: Any) -> str:
    document, *keep = _arguments(element, compiler, kw)
    condition = f" FILTER (WHERE {keep[0]})" if keep else ""
    return f"json_group_array(json({document})){condition}"


@compiles(JsonBoolean, "postgresql")
@compiles(JsonFloat, "postgresql")
@compiles(JsonDocument, "postgresql")
def _as_it_is(element: JsonElement, compiler: SQLCompiler, **kw: Any) -> str:
    return _arguments(element, compiler, kw)[0]


@compiles(JsonBoolean, "sqlite")
def _boolean_sqlite(element: JsonBoolean, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json(CASE ({_arguments(element, compiler, kw)[0]}) WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)"


@compiles(JsonFloat, "sqlite")
def _float_sqlite(element: JsonFloat, compiler: SQLCompiler, **kw: Any) -> str:
    value = _arguments(element, compiler, kw)[0]
    return f"json(CASE WHEN {value} IS NOT NULL THEN printf('%!.17g', {value}) END)"


@compiles(JsonDocument, "sqlite")
def _document_sqlite(element: JsonDocument, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json({_arguments(element, compiler, kw)[0]})"


@compiles(CursorText, "postgresql")
def _cursor_postgresql(element: CursorText, compiler: SQLCompiler, **kw: Any) -> str:
    items = ", ".join(f"to_json({a})" for a in _arguments(element, compiler, kw))
    return f"encode(convert_to('[' || concat_ws(',', {items}) || ']', 'UTF8'), 'hex')"


@compiles(CursorText, "sqlite")
def _cursor_sqlite(element: CursorText, compiler: SQLCompiler, **kw: Any) -> str:
    return f"lower(hex(json_array({', '.join(_arguments(element, compiler, kw))})))"


def _by_places(currency: str, texts: dict[int, str]) -> str:
    """The text with the number of decimal places that the currency has."""
    odd = "".join(
        f" WHEN {currency} IN ({', '.join(repr(code) for code, n in EXPONENTS.items() if n == places)}) THEN {text}"
        for places, text in texts.items()
        if places != 2
    )
    return f"CASE{odd} ELSE {texts[2]} END"


@compiles(MinorText, "postgresql")
def _minor_postgresql(element: MinorText, compiler: SQLCompiler, **kw: Any) -> str:
    minor, currency = _arguments(element, compiler, kw)
    texts = {p: f"CAST(({minor}) * {10**-p:.{p}f} AS TEXT)" for p in (2, 3)}
    return _by_places(currency, {0: f"CAST({minor} AS TEXT)", **texts})


@compiles(MinorText, "sqlite")
def _minor_sqlite(element: MinorText, compiler: SQLCompiler, **kw: Any) -> str:
    minor, currency = _arguments(element, compiler, kw)
    sign = f"CASE WHEN {minor} < 0 THEN '-' ELSE '' END"
    texts = {p: f"{sign} || printf('%d.%0{p}d', abs({minor}) / {10**p}, abs({minor}) % {10**p})" for p in (2, 3)}
    return f"CASE WHEN {minor} IS NOT NULL THEN {_by_places(currency, {0: f'CAST({minor} AS TEXT)', **texts})} END"


@compiles(SecondsUntil, "postgresql")
def _seconds_postgresql(element: SecondsUntil, compiler: SQLCompiler, **kw: Any) -> str:
    end, start = _arguments(element, compiler, kw)
    return f"CAST(floor(extract(epoch FROM {end})) - floor(extract(epoch FROM {start})) AS BIGINT)"


@compiles(SecondsUntil, "sqlite")
def _seconds_sqlite(element: SecondsUntil, compiler: SQLCompiler, **kw: Any) -> str:
    end, start = (f"strftime('%s', substr({text}, 1, 19))" for text in _arguments(element, compiler, kw))
    return f"(CAST({end} AS INTEGER) - CAST({start} AS INTEGER))"  # without the fractions, which strftime would round
