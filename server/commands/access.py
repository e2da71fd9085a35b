"""`c360 access`: who may read which field, by which way, and do what, from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import orjson
import typer
from graphql import GraphQLSchema
from rich.console import Console
from rich.table import Table
from sqlalchemy.dialects.sqlite import pysqlite

from resolvers.access import AccessClass, Clearance, Role
from resolvers.actions import ALLOWED, Action
from resolvers.reading.binding import bind
from resolvers.reading.matrix import FieldAccess, Path, Question, access_matrix, filter_fields, orders, paths
from resolvers.reading.planner import Planner
from schema.build import build_schema
from server.identity.reach import REACH
from server.user_error import ExitCode, UserError

TypeName = Annotated[str | None, typer.Option("--type", help="Only what is about this type, such as Customer.")]
RoleName = Annotated[str | None, typer.Option("--role", help="Only this role, such as partner.")]
Level = Annotated[
    str | None, typer.Option("--clearance", help="Only fields that need at least this: internal, confidential, secret.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]

SCOPES = {
    "customer_scope": "customers in reach",
    "disclosure_scope": "all rows, from confidential on",
    "directory_scope": "all but partners",
    "handover_item_scope": "of customers in reach, and of handovers from or to oneself",
    "rule_scope": "managers, supervisors, analysts and auditors",
    "provenance_scope": "of customers in reach, and of fields that one may read",
    "through_customer": "of customers in reach",
    "through_ticket": "of tickets in reach",
    None: "everyone",
}
"""What a row scope means, in words."""


def access_command(
    *, type_name: TypeName = None, role: RoleName = None, clearance: Level = None, as_json: AsJson = False
) -> None:
    """Print the access matrix: every readable field, what each role gets of it, and every way that leads to it.

    value: the value, in all rows. in reach: the value, in the rows of the role's scope; others are not there.
    null: null, with a notice in the answer's extensions. absent: no such row is there for the role.
    Further tables say which filters and orders a role may use, what leads to each type, and who may do what.
    """
    schema, least, roles = _bound(), _level(clearance), _roles(role)
    rows = [row for row in access_matrix(schema) if type_name in (None, row.type_name) and row.clearance >= least]
    if not rows:
        raise UserError(
            f"no readable field of {type_name}", cure="see `c360 schema` for the types", exit_code=ExitCode.WRONG_USE
        )
    names = {row.type_name for row in rows}
    questions = [
        one
        for one in (*filter_fields(schema), *orders(schema))
        if one.clearance >= least and (type_name is None or one.type_name in {type_name, f"{type_name}Filter"})
    ]
    ways = [path for path in paths(schema) if path.type_name in names]
    if as_json:
        typer.echo(orjson.dumps(_document(rows, questions, ways, roles)).decode())
        return
    console = Console()
    for table in (
        _fields_table(rows, roles),
        _questions_table(questions, roles),
        _ways_table(ways),
        _actions_table(roles),
    ):
        console.print(table)


def _bound() -> GraphQLSchema:
    schema = build_schema()._schema  # noqa: SLF001  # strawberry gives no public way to graphql-core's schema
    bind(schema, Planner(schema, pysqlite.dialect()))
    return schema


def _level(text: str | None) -> Clearance:
    try:
        return Clearance.PUBLIC if text is None else Clearance[text.upper()]
    except KeyError:
        names = ", ".join(level.name.lower() for level in Clearance)
        raise UserError(f"{text} is no clearance", cure=f"give one of {names}", exit_code=ExitCode.WRONG_USE) from None


def _roles(text: str | None) -> Sequence[Role]:
    try:
        return tuple(Role) if text is None else (Role[text.upper()],)
    except KeyError:
        names = ", ".join(role.lower() for role in Role)
        raise UserError(f"{text} is no role", cure=f"give one of {names}", exit_code=ExitCode.WRONG_USE) from None


def _class_of(role: Role) -> AccessClass:
    clearance, scope = REACH[role]
    return AccessClass(clearance, scope)


def _document(
    rows: Iterable[FieldAccess], questions: Iterable[Question], ways: Iterable[Path], roles: Sequence[Role]
) -> dict[str, Any]:
    """The whole matrix, as JSON has it."""
    return {
        "roles": {role.value: {"clearance": REACH[role][0].name, "scope": REACH[role][1].value} for role in roles},
        "fields": [
            {
                "type": row.type_name,
                "field": row.field_name,
                "clearance": row.clearance.name,
                "rows": _rows_of(row),
                "roles": {role.value: row.shown(_class_of(role)).value for role in roles},
            }
            for row in rows
        ],
        "questions": [
            {
                "type": one.type_name,
                "name": one.name,
                "clearance": one.clearance.name,
                "roles": {role.value: one.allowed(_class_of(role)) for role in roles},
            }
            for one in questions
        ],
        "paths": [
            {"type": way.type_name, "via": way.via.value, "from": f"{way.owner}.{way.field_name}"} for way in ways
        ],
        "actions": {action.value: [role.value for role in roles if action in ALLOWED[role]] for action in Action},
    }


def _rows_of(row: FieldAccess) -> str:
    return SCOPES.get(row.row_scope, row.row_scope or "")


def _table(title: str, heading: str, columns: Iterable[str]) -> Table:
    table = Table(title=title)
    table.add_column(heading, no_wrap=True)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _fields_table(rows: Iterable[FieldAccess], roles: Sequence[Role]) -> Table:
    table = _table("Who may read what", "field", ["needs", *[role.value.lower() for role in roles], "rows"])
    for row in rows:
        marks = [row.shown(_class_of(role)).value for role in roles]
        table.add_row(f"{row.type_name}.{row.field_name}", row.clearance.name.lower(), *marks, _rows_of(row))
    return table


def _questions_table(questions: Iterable[Question], roles: Sequence[Role]) -> Table:
    table = _table("Who may filter and sort by what", "by", ["needs", *[role.value.lower() for role in roles]])
    for one in questions:
        marks = ["yes" if one.allowed(_class_of(role)) else "-" for role in roles]
        table.add_row(f"{one.type_name}.{one.name}", one.clearance.name.lower(), *marks)
    return table


def _ways_table(ways: Iterable[Path]) -> Table:
    table = _table("What leads to what", "type", ["via", "field"])
    for way in ways:
        table.add_row(way.type_name, way.via.value, f"{way.owner}.{way.field_name}")
    return table


def _actions_table(roles: Sequence[Role]) -> Table:
    table = _table("Who may do what", "mutation", [role.value.lower() for role in roles])
    for action in Action:
        table.add_row(action.value, *["yes" if action in ALLOWED[role] else "-" for role in roles])
    return table
