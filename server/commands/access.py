"""`c360 access`: who may read which field, and do what, from the declarations."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer
from graphql import GraphQLSchema
from rich.console import Console
from rich.table import Table
from sqlalchemy.dialects.sqlite import pysqlite

from resolvers.access import Clearance, Role
from resolvers.actions import ALLOWED, Action
from resolvers.reading.binding import bind
from resolvers.reading.matrix import FieldAccess, access_matrix
from resolvers.reading.planner import Planner
from schema.build import build_schema
from server.user_error import ExitCode, UserError

TypeName = Annotated[str | None, typer.Option("--type", help="Only the fields of this type, such as Customer.")]
Level = Annotated[
    str | None, typer.Option("--clearance", help="Only fields that need at least this: internal, confidential, secret.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]

SCOPES = {
    "customer_scope": "customers in reach",
    "through_customer": "of customers in reach",
    "directory_scope": "all but partners",
    None: "everyone",
}
"""What a row scope means, in words."""


def access_command(*, type_name: TypeName = None, clearance: Level = None, as_json: AsJson = False) -> None:
    """Print the access matrix: every readable field with the clearance it needs and whose rows are seen.

    A field above your clearance is null in an answer; a row outside of your scope is not there.
    A second table says which role may do what.
    """
    least = _level(clearance)
    rows = [row for row in access_matrix(_bound()) if type_name in (None, row.type_name) and row.clearance >= least]
    if not rows:
        raise UserError(
            f"no readable field of {type_name}", cure="see `c360 schema` for the types", exit_code=ExitCode.WRONG_USE
        )
    if as_json:
        typer.echo(orjson.dumps({"fields": [_plain(row) for row in rows], "actions": _actions()}).decode())
        return
    console = Console()
    console.print(_fields_table(rows))
    console.print(_actions_table())


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


def _plain(row: FieldAccess) -> dict[str, str]:
    return {
        "type": row.type_name,
        "field": row.field_name,
        "clearance": row.clearance.name,
        "rows": SCOPES.get(row.row_scope, row.row_scope or ""),
    }


def _actions() -> dict[str, list[str]]:
    return {action.value: [role.value for role in Role if action in ALLOWED[role]] for action in Action}


def _fields_table(rows: list[FieldAccess]) -> Table:
    table = Table(title="Who may read what")
    table.add_column("field", no_wrap=True)
    for heading in (*[level.name.lower() for level in Clearance], "rows"):
        table.add_column(heading)
    for row in rows:
        marks = ["yes" if level >= row.clearance else "-" for level in Clearance]
        table.add_row(f"{row.type_name}.{row.field_name}", *marks, SCOPES.get(row.row_scope, row.row_scope))
    return table


def _actions_table() -> Table:
    table = Table(title="Who may do what")
    table.add_column("mutation", no_wrap=True)
    for role in Role:
        table.add_column(role.value.lower())
    for action, roles in _actions().items():
        table.add_row(action, *["yes" if role.value in roles else "-" for role in Role])
    return table
