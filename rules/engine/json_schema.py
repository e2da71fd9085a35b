"""JSON Schema of rule files and of their cases, for editors: what the readers accept, told before the file is saved.

Whatever a reader accepts the schema accepts; it cannot refuse all that a reader refuses, since a cell is a text to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from rules.engine.chain import Combine
from rules.engine.chain_file import MOST_ALTERNATIVES, MOST_RULES
from rules.engine.column_file import MOST_COLUMNS
from rules.engine.keys import (
    CASE,
    CASE_FILE,
    CONCLUSION,
    EFFECTIVE,
    INPUT,
    OF_CHAIN,
    OF_TABLE,
    OUTPUT,
    REASON,
    RULE,
    RULE_FILE,
    STATE,
    TOLD,
    WORDS,
    Keys,
)
from rules.engine.kinds import Kind
from rules.engine.literal import HOW
from rules.engine.schema_words import COMBINES, FAULTS, POLICIES, SUBJECTS
from rules.facts.vocabulary import Subject, vocabulary

Schema: TypeAlias = dict[str, Any]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_FIRST: Final = r"[^\u0000-@\[-\^`{-\u007f]"
_LATER: Final = r"[^\u0000-/:-@\[-\^`{-\u007f]"
_NAME: Final = f"^{_FIRST}{_LATER}*$"
"""Of names. Other alphabets are let in whole: JSON Schema has no word for letters that all programs know."""
_ROW: Final = rf"^(-|{_FIRST})(-|{_LATER})*$"
_SCALAR: Final = ["string", "number", "boolean", "null"]
_TEXT: Final[Schema] = {"type": "string"}


def schema_of_rules() -> Schema:
    """The schema of rule files."""
    root = _mapping(RULE_FILE + OF_TABLE + OF_CHAIN, needed=RULE_FILE.needed)
    chain, table = _one_body(OF_CHAIN, OF_TABLE), _one_body(OF_TABLE, OF_CHAIN)
    own, read = {"properties": {"about": False, "reads": False}}, {"required": ["about", "reads"]}
    root["allOf"] = [
        {"if": {"required": ["rules"]}, "then": chain, "else": table},
        {"if": {"required": ["inputs"]}, "then": own, "else": read},
        *(_reads(subject) for subject in Subject),
    ]
    return _file("rule_file.schema.json", "Rule file", root, {**_shared(), **_of_rules()})


def schema_of_cases() -> Schema:
    """The schema of the cases beside rule files."""
    return _file("case_file.schema.json", "Cases of a rule file", _mapping(CASE_FILE), {**_shared(), **_of_cases()})


def _file(name: str, title: str, root: Schema, held: Schema) -> Schema:
    about = (
        "Keys, words and facts that a file of customer360 may have. What cells say is looked at by `c360 rules check`."
    )
    return {"$schema": _DIALECT, "$id": name, "title": title, "description": about, **root, "$defs": held}


def _mapping(keys: Keys, *, needed: Iterable[str] | None = None) -> Schema:
    """A mapping that has these keys and no others."""
    return {
        "type": "object",
        "properties": {key.name: {"description": key.meaning, "$ref": f"#/$defs/{key.holds}"} for key in keys.each},
        "required": list(keys.needed if needed is None else needed),
        "additionalProperties": False,
    }


def _one_body(this: Keys, other: Keys) -> Schema:
    """A table without the keys of rules that chain, or the other way round."""
    return {"required": list(this.needed), "properties": dict.fromkeys(other.names, False)}


def _by_name(held: Schema, **bounds: int) -> Schema:
    """A mapping of names, of columns or facts, each with what it holds."""
    return {"type": "object", "propertyNames": {"pattern": _NAME}, "additionalProperties": held, **bounds}


def _one_of(words: Mapping[Any, str]) -> Schema:
    """One of these words, each with its meaning, as editors show it."""
    return {"enum": [str(word) for word in words], "enumDescriptions": list(words.values())}


def _reads(subject: Subject) -> Schema:
    """A file about this subject reads its facts."""
    is_about = {"required": ["about"], "properties": {"about": {"const": str(subject)}}}
    of_subject = {"properties": {"reads": {"items": {"$ref": f"#/$defs/facts_of_{subject}"}}}}
    return {"if": is_about, "then": of_subject}


def _shared() -> Schema:
    return {"text": _TEXT, "name": {"type": "string", "pattern": _NAME}, "scalar": {"type": _SCALAR}}


def _of_rules() -> Schema:
    return {
        "day": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "words": _mapping(WORDS),
        "reason": _mapping(REASON),
        "effective": _mapping(EFFECTIVE),
        "state": _mapping(STATE),
        "subject": _one_of(SUBJECTS),
        "facts": {"type": "array", "items": _TEXT, "uniqueItems": True},
        **{f"facts_of_{subject}": _one_of(dict(_facts_of(subject))) for subject in Subject},
        "policy": {"anyOf": [_one_of(POLICIES), {"type": "string", "pattern": _any_case(POLICIES)}]},
        **_of_columns(),
        **_of_chains(),
    }


def _facts_of(subject: Subject) -> Iterator[tuple[str, str]]:
    for fact in vocabulary().about(subject).values():
        unit = f" ({fact.column.unit})" if fact.column.unit else ""
        yield fact.name, f"{fact.meaning.zh} · {fact.meaning.en}{unit}"


def _any_case(words: Iterable[str]) -> str:
    """These words in capitals or small letters, with any blanks between and around them."""
    every = ("".join(f"[{one}{one.lower()}]" if one.isalpha() else r"\s+" for one in word) for word in words)
    return rf"^\s*({'|'.join(every)})\s*$"


def _of_columns() -> Schema:
    return {
        "kind": _one_of({kind: f"written as {HOW[kind]}" for kind in Kind}),
        "values": {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True},
        "bound": {"type": ["string", "number", "null"]},
        "truth": {"type": "boolean"},
        "places": {"type": "integer", "minimum": 0, "maximum": 12},
        "units": {
            "type": "object",
            "propertyNames": {"pattern": f"^%$|{_NAME}"},
            "additionalProperties": {"type": "number", "exclusiveMinimum": 0},
        },
        "anything": {},
        "inputs": _by_name(_column(INPUT), maxProperties=MOST_COLUMNS),
        "outputs": _by_name(_column(OUTPUT), maxProperties=MOST_COLUMNS),
    }


def _column(keys: Keys) -> Schema:
    """A column, whose type says which of its keys mean something."""
    return {"title": "Column", **_mapping(keys, needed=INPUT.needed), "allOf": [_of_kind(kind) for kind in Kind]}


def _of_kind(kind: Kind) -> Schema:
    meant = {"values": kind is Kind.ENUM, "min": kind.is_ordered, "max": kind.is_ordered}
    meant |= dict.fromkeys(("places", "unit", "units"), kind is Kind.NUMBER)
    then: Schema = {"properties": {name: False for name, is_meant in meant.items() if not is_meant}}
    if kind is Kind.ENUM:
        then["required"] = ["values"]
    return {"if": _is_kind(kind), "then": then}


def _is_kind(kind: Kind) -> Schema:
    return {"required": ["type"], "properties": {"type": {"const": str(kind)}}}


def _of_chains() -> Schema:
    tests = {"type": "object", "minProperties": 1, "propertyNames": {"pattern": _NAME}, "additionalProperties": _CELL}
    conclusion = {**_column(CONCLUSION), "required": list(CONCLUSION.needed)}
    conclusion["allOf"] = [*conclusion["allOf"], *(_combined(kind) for kind in Kind)]
    return {
        "row": {"type": "string", "pattern": _ROW},
        "combine": _one_of(COMBINES),
        "conclusions": _by_name(conclusion, maxProperties=MOST_COLUMNS),
        "rules": {"type": "array", "items": _mapping(RULE), "minItems": 1, "maxItems": MOST_RULES},
        "when": {"anyOf": [tests, {"type": "array", "items": tests, "minItems": 1, "maxItems": MOST_ALTERNATIVES}]},
        "then": tests,
    }


_CELL: Final[Schema] = {"$ref": "#/$defs/scalar"}


def _combined(kind: Kind) -> Schema:
    """Which ways to combine suit a type."""
    fit = {"properties": {"combine": {"enum": [str(each) for each in Combine if each.suits(kind)]}}}
    return {"if": _is_kind(kind), "then": fit}


def _of_cases() -> Schema:
    expected = _mapping(TOLD)
    by_name = {"propertyNames": {"pattern": _NAME}, "additionalProperties": _CELL}
    return {
        "given": _by_name({}),
        "cases": {"type": "array", "items": _mapping(CASE)},
        "expect": {**expected, "minProperties": 1, **by_name},
        "several": {"type": [*_SCALAR, "array"], "items": _TEXT},
        "results": {"type": "array", "items": _by_name(_CELL)},
        "fault": _one_of(FAULTS),
    }
