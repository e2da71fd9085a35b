"""`c360 rules explain`: why a customer got a grade, or a ticket its level, and why not another one."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Annotated, Final

import orjson
import typer

from resolvers.decisions.explaining import (
    ToldChange,
    ToldRow,
    ToldTest,
    UnknownOutputError,
    alternatives,
    explanation,
    nearest_change,
)
from resolvers.decisions.grading import RULE_SET
from resolvers.decisions.records import customer_id_of, last_records, ticket_id_of
from resolvers.decisions.service_level import RULE_SET as AT_OPENING
from resolvers.decisions.telling import Telling
from resolvers.rule_sets.library import shipped
from resolvers.rule_sets.reading import versions_by_id
from rules.facts.vocabulary import Subject
from server.commands.decisions import show
from server.commands.options import AsJson, DatabaseUrl
from server.commands.stores import Stores, with_stores
from server.user_error import ExitCode, UserError
from store.clearance import Clearance

Code = Annotated[str | None, typer.Argument(metavar="[CUSTOMER]", help="The customer's code.", show_default=False)]
Number = Annotated[str | None, typer.Option("--ticket", metavar="NUMBER", help="A ticket instead, by its number.")]
RuleSetName = Annotated[
    str | None,
    typer.Option(
        "--rule-set", help=f"Which rules decided. Else {RULE_SET}; of a ticket {AT_OPENING}.", show_default=False
    ),
]
Not = Annotated[
    str | None,
    typer.Option("--not", metavar="VALUE", help="Why not this: a grade, or OUTPUT=VALUE of another rule set."),
]


def explain_command(
    customer: Code = None,
    *,
    ticket: Number = None,
    rule_set: RuleSetName = None,
    wanted: Not = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say why rules last decided about a customer or a ticket as they did.

    The facts, the row that decided, and the rows before it.
    """
    telling = with_stores(database, _asked(customer, ticket, rule_set))
    if wanted is not None:
        _explain_not(telling, wanted, as_json=as_json)
        return
    found = explanation(telling)
    if as_json:
        shown = {**_decision(telling), **dataclasses.asdict(found)}
        typer.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2, default=str))
        return
    show(telling)
    for row in found.decided:
        typer.echo(f"\nThe row that decided: {row.row}")
        _print(_tests(row.tests))
    if found.before:
        typer.echo("\nLooked at before, and not matching:")
        for row in found.before:
            typer.echo(f"{row.row}")
            _print(_tests(test for test in row.tests if not test.passed))


def _explain_not(telling: Telling, wanted: str, *, as_json: bool) -> None:
    output, _, value = wanted.rpartition("=")
    output = output or telling.table.outputs[0].name
    try:
        rows = alternatives(telling, output, value)
        changes = nearest_change(telling, output, value)
    except UnknownOutputError as error:
        cure = "name a value that the rules can give"
        raise UserError(str(error), cure=cure, exit_code=ExitCode.WRONG_USE) from error
    if as_json:
        found = {**_decision(telling), "rows": [dataclasses.asdict(row) for row in rows]}
        found["nearest_change"] = [dataclasses.asdict(change) for change in changes]
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2, default=str))
        return
    typer.echo(f"Why not {output} {value}: the rows that give it, the nearest first")
    for row in rows:
        typer.echo(f"{row.row}{_decided(telling, row)}")
        _print(_tests(test for test in row.tests if not test.passed))
    if not rows:
        typer.echo("no row gives it on these facts")
    if changes and not any(row.row in telling.rows for row in rows):
        typer.echo("The nearest change that would give it:")
        _print(_changes(changes))


def _changes(changes: Iterable[ToldChange]) -> Iterator[str]:
    for change in changes:
        before, after = (
            "not known" if value is None else f"{value} {change.unit}".strip()
            for value in (change.value, change.changed_to)
        )
        yield f"  {change.fact}: {before} → {after}"


def _decided(telling: Telling, row: ToldRow) -> str:
    """What is to be said of a row all of whose tests pass."""
    if row.row in telling.rows:
        return ": this row decided"
    return f": matches, and {', '.join(telling.rows)} goes before it" if row.matched else ""


def _tests(tests: Iterable[ToldTest]) -> Iterator[str]:
    for test in tests:
        value = "not known" if test.value is None else f"{test.value} {test.unit}".strip()
        short = "" if test.short is None else f", {test.short} {test.unit} away".replace(" d ", " days ")
        yield f"  {test.fact} {test.test}: is {value}{short}"


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _decision(telling: Telling) -> dict[str, object]:
    record = telling.record
    return {
        "decision_id": str(record.id),
        "rule_set": record.rule_set,
        "version": record.version,
        "decided_at": record.decided_at,
        "facts": [dataclasses.asdict(fact) for fact in telling.facts()],
        "results": [dataclasses.asdict(result) for result in telling.results()],
        "reasons": [dataclasses.asdict(reason) for reason in telling.reasons()],
        "fault": record.fault,
    }


def _asked(customer: str | None, ticket: str | None, rule_set: str | None) -> Callable[[Stores], Awaitable[Telling]]:
    """What is asked for: of a customer or of a ticket, and never of both."""
    if customer is not None and ticket is None:
        return partial(_of_customer, code=customer, rule_set=rule_set or RULE_SET)
    if ticket is not None and customer is None:
        return partial(_of_ticket, number=ticket, rule_set=rule_set or AT_OPENING)
    cure = "c360 rules explain C-000001, or c360 rules explain --ticket T-000001"
    raise UserError("Name a customer or a ticket", cure=cure, exit_code=ExitCode.WRONG_USE)


async def _of_customer(stores: Stores, code: str, rule_set: str) -> Telling:
    key = await customer_id_of(stores.reads, code)
    if key is None:
        raise UserError(f"There is no customer {code}", cure="look at the code: it is what people know the customer by")
    return await _last(stores, key, code, rule_set, _cure(rule_set, Subject.CUSTOMER, code))


async def _of_ticket(stores: Stores, number: str, rule_set: str) -> Telling:
    key = await ticket_id_of(stores.reads, number)
    if key is None:
        cure = "look at the number: it is what people know the ticket by"
        raise UserError(f"There is no ticket {number}", cure=cure)
    return await _last(stores, key, number, rule_set, _cure(rule_set, Subject.TICKET, number))


async def _last(stores: Stores, key: uuid.UUID, name: str, rule_set: str, cure: str) -> Telling:
    record = (await last_records(stores.reads, rule_set, [key])).get(key)
    if record is None:
        raise UserError(f"The rules {rule_set} have not decided about {name} yet", cure=cure)
    versions = await versions_by_id(stores.reads, [record.version_id])
    return Telling(record, versions[record.version_id], Clearance.SECRET)


_ASKED_BY: Final[Mapping[str, str]] = {Subject.TICKET: "--ticket NUMBER", Subject.CUSTOMER: "CUSTOMER"}


def _cure(rule_set: str, about: Subject, name: str) -> str:
    """What is to be done where rules have not decided."""
    ships = shipped().get(rule_set)
    decides_about = about if ships is None else ships.rule_set().about
    if decides_about != about:
        other = _ASKED_BY.get(decides_about)
        return "it decides about neither" if other is None else f"c360 rules explain {other} --rule-set {rule_set}"
    if rule_set == RULE_SET:
        return f"let them decide: c360 rules run {rule_set} --customer {name}"
    if rule_set == AT_OPENING:
        return (
            "they decide when a ticket is opened, and not when it is imported; c360 rules simulate says what they would"
        )
    return "they decide where there is something new to do: c360 rules act lets them look"
