"""The access matrix, by asking: every field at every clearance, every type's rows in every scope."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLObjectType

from resolvers.access import Clearance, Scope, Subject
from resolvers.reading import Way
from resolvers.reading.matrix import access_matrix
from tests.factories import NOW
from tests.reading.computed import ASKED_ALONE, CHANGES, FOR_RULES, INSIDE, THROUGH_CUSTOMER
from tests.reading.computed import TYPES as COMPUTED
from tests.reading.everywhere import TARGET, selection_of
from tests.reading.naive import NODES
from tests.reading.naive_access import DIRECTORY, FIELD_LEVELS, OURS, RULES, sees
from tests.reading.naive_rows import TYPES
from tests.reading.subjects import EVERYTHING, subject_with
from tests.reading.ways import Asking, types

pytestmark = pytest.mark.anyio

CUSTOMERS = "customers(first: 100) { nodes { %s } }"
HANDOVERS = "handovers(first: 100) { nodes { %s } }"
STAFF = "staff(first: 100) { nodes { %s } }"
SIMULATIONS = "ruleSimulations(first: 100) { nodes { %s } }"
RULE_SETS = "ruleSets(first: 100) { %s }"
DEPARTMENTS = "departments(first: 100) { nodes { %s } }"

PATHS = {
    "Assignment": CUSTOMERS % "assignments(first: 100) { nodes { %s } }",
    "CorporateGroup": CUSTOMERS % "group { %s }",
    "Contact": CUSTOMERS % "contacts(first: 100) { %s }",
    "CreditAccount": CUSTOMERS % "credit { %s }",
    "CreditChange": CUSTOMERS % "creditChanges(first: 100) { nodes { %s } }",
    "Customer": CUSTOMERS,
    "CustomerMetrics": CUSTOMERS % "metrics { %s }",
    "CustomerRelation": CUSTOMERS % 'relatedCustomers(first: 100, asOf: "2026-03-02") { %s }',
    "BothLanguages": CUSTOMERS % "decisions(first: 100) { nodes { content { facts { meaning { %s } } } } }",
    "ConsideredRow": CUSTOMERS % "explanation { before { %s } }",
    "Decision": CUSTOMERS % "decisions(first: 100) { nodes { %s } }",
    "DecisionContent": CUSTOMERS % "decisions(first: 100) { nodes { content { %s } } }",
    "DecisionExplanation": CUSTOMERS % "explanation { %s }",
    "DecisionFact": CUSTOMERS % "decisions(first: 100) { nodes { content { facts { %s } } } }",
    "DecisionReason": CUSTOMERS % "decisions(first: 100) { nodes { content { reasons { %s } } } }",
    "DecisionResult": CUSTOMERS % "decisions(first: 100) { nodes { content { results { %s } } } }",
    "Disclosure": "disclosures(first: 100) { nodes { %s } }",
    "Department": DEPARTMENTS,
    "Duty": CUSTOMERS % "duties(first: 100) { nodes { %s } }",
    "Escalation": CUSTOMERS % "tickets(first: 100) { nodes { escalations(first: 100) { nodes { %s } } } }",
    "EscalationStep": DEPARTMENTS % "escalationPath(first: 100) { %s }",
    "GradePeriod": CUSTOMERS % "gradeHistory(first: 100) { nodes { %s } }",
    "Handover": HANDOVERS,
    "HandoverCount": HANDOVERS % "counts(first: 100) { %s }",
    "HandoverItem": HANDOVERS % "items(first: 100) { nodes { %s } }",
    "GraphStatus": "graph { %s }",
    "Hop": CUSTOMERS % "neighbourhood(first: 100) { via { %s } }",
    "IfLeaves": STAFF % "ifLeaves { %s }",
    "Influence": CUSTOMERS % "influence { %s }",
    "Interaction": CUSTOMERS % "interactions(first: 100) { nodes { %s } }",
    "LedgerBalance": CUSTOMERS % "balances(first: 100) { %s }",
    "LedgerEntry": CUSTOMERS % "ledger(first: 100) { nodes { %s } }",
    "Membership": STAFF % "memberships(first: 100) { %s }",
    "Money": CUSTOMERS % "metrics { monetary { %s } }",
    "Neighbour": CUSTOMERS % "neighbourhood(first: 100) { %s }",
    "NetworkPath": CUSTOMERS % f'pathTo(id: "{TARGET}") {{ %s }}',
    "PlacedDepartment": DEPARTMENTS % "subtree(first: 100) { %s }",
    "Provenance": CUSTOMERS % "provenance(first: 100) { %s }",
    "RulePublication": RULE_SETS % "publications(first: 100) { %s }",
    "RuleSet": RULE_SETS,
    "RuleShadow": "ruleShadows(first: 100) { %s }",
    "RuleSimulation": SIMULATIONS,
    "RuleSimulationProgress": SIMULATIONS % "progress { %s }",
    "RuleTitle": RULE_SETS % "title { %s }",
    "RuleVersion": RULE_SETS % "versions(first: 100) { %s }",
    "RowTest": CUSTOMERS % "whyNot(grade: VIP, first: 100) { tests { %s } }",
    "Staff": STAFF,
    "Successor": STAFF % "ifLeaves { successors(first: 100) { %s } }",
    "Tag": CUSTOMERS % "tags(first: 100) { %s }",
    "Ticket": CUSTOMERS % "tickets(first: 100) { nodes { %s } }",
    "TicketEvent": CUSTOMERS % "tickets(first: 100) { nodes { events(first: 100) { %s } } }",
    "TicketTarget": CUSTOMERS % "tickets(first: 100) { nodes { target { %s } } }",
    "TrainingRecord": STAFF % "trainingRecords(first: 100) { %s }",
    "Viewer": "viewer { %s }",
    "WorkHistory": STAFF % "workHistory(first: 100) { %s }",
}
"""A way to every row of every type."""

PAGES = ("Connection", "Edge", "PageInfo")

AT_LEAST = {
    "ConsideredRow": Clearance.INTERNAL,
    "DecisionExplanation": Clearance.INTERNAL,
    "Disclosure": Clearance.CONFIDENTIAL,
    "RowTest": Clearance.INTERNAL,
    **dict.fromkeys(("Money", "RuleSimulationProgress", "RuleTitle", *RULES), Clearance.INTERNAL),
}
"""What it takes to meet an object of these types at all."""

NOT_HERE = {"GraphStatus": {"generation", "lastEvent", "lastEventAt"}, **ASKED_ALONE}
"""What the record has no value for, in a world without events; and what is asked elsewhere."""

WITHHELD = {"withheld", "faultWithheld"}
"""Fields that say which clearance is lacking: of nothing, to whoever may read all that rules read."""

TOLD = {"BothLanguages", "DecisionContent", "DecisionFact", "DecisionReason", "DecisionResult"}
"""What decisions are made of; each value has the level of the facts that it tells."""

FINDINGS = {
    "CorporateGroup",
    "EscalationStep",
    "Hop",
    "IfLeaves",
    "Influence",
    "Neighbour",
    "NetworkPath",
    "PlacedDepartment",
    "Successor",
}
"""What is found in the network within the reader's reach; its links lead to rows with scopes of their own."""

ELSEWHERE = {"TicketUpdate", *COMPUTED, *CHANGES}
"""Types that are read from the event log up to its tail, `tests/reading/streaming` asks for them; and those that are
computed."""


def objects(document: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The objects so many keys below a document, through all lists; where there is a null, none."""
    if isinstance(document, list):
        for inner in document:
            yield from objects(inner, depth)
    elif isinstance(document, dict) and depth == 0:
        yield document
    elif isinstance(document, dict):
        for inner in document.values():
            yield from objects(inner, depth - 1)


async def rows_of(ways, kind: str, gtype: str, selected: str, subject: Subject) -> list[dict[str, Any]]:
    """All objects of a type that a subject gets."""
    path = PATHS[gtype]
    text = f"{{ {path % selected} }}".replace(TARGET, await _someone(ways, kind) if TARGET in path + selected else "")
    answer = json.loads(await ways.body(kind, Way.DIRECT, Asking(text, {}, subject)))
    assert "errors" not in answer, answer
    return list(objects(answer["data"], path.count("{")))


def test_every_type_is_asked_for():
    known = {
        gtype.name
        for gtype in types().type_map.values()
        if isinstance(gtype, GraphQLObjectType) and not gtype.name.startswith("__")
    }

    assert {name for name in known if not name.endswith(PAGES)} == {*PATHS, *ELSEWHERE, "Query"}


@pytest.mark.parametrize("gtype", PATHS)
async def test_every_field_at_every_clearance(ways, gtype):
    definition = types().type_map[gtype]
    assert isinstance(definition, GraphQLObjectType)
    for kind in {kind for kind, _ in ways.answerers}:
        for clearance in Clearance:
            subject = replace(EVERYTHING, clearance=clearance)
            if clearance < AT_LEAST.get(gtype, Clearance.PUBLIC):
                continue
            if gtype == "Viewer":
                subject = replace(subject, staff_id=uuid.UUID((await _someone(ways, kind)).removeprefix("Staff:")))
            found = await rows_of(ways, kind, gtype, selection_of(definition), subject)
            shown = {name for row in found for name, value in row.items() if value is not None}
            levels = FIELD_LEVELS.get(gtype, {})
            readable = {name for name in definition.fields if levels.get(name, 0) <= clearance}
            lacking = WITHHELD if clearance >= Clearance.CONFIDENTIAL else set[str]()
            assert shown == readable - NOT_HERE.get(gtype, set()) - lacking, (kind, clearance)


async def _someone(ways, kind: str) -> str:
    """The global id of a person of the staff."""
    first, *_ = await rows_of(ways, kind, "Staff", "id", EVERYTHING)
    key: str = first["id"]
    return key


async def test_the_declared_levels_are_those_written_by_hand(ways):
    declared: dict[str, dict[str, int]] = {}
    for row in access_matrix(ways.answerers["sqlite", Way.DIRECT].schema):
        if row.clearance > Clearance.PUBLIC:
            declared.setdefault(row.type_name, {})[row.field_name] = row.clearance

    assert declared == FIELD_LEVELS


async def test_the_declared_row_scopes_are_those_of_the_naive_reader(ways):
    scopes = {row.type_name: row.row_scope for row in access_matrix(ways.answerers["sqlite", Way.DIRECT].schema)}
    by_scope: dict[str | None, set[str]] = {}
    for gtype, scope in scopes.items():
        by_scope.setdefault(scope, set()).add(gtype)

    assert by_scope == {
        None: {
            "CustomerMetrics",
            "Money",
            "RuleSimulationProgress",
            "RuleTitle",
            "TicketTarget",
            "Viewer",
            *FINDINGS,
            *TOLD,
            *INSIDE,
        },
        "customer_scope": {"Customer"},
        "directory_scope": {*DIRECTORY, "GraphStatus", "DecisionExplanation", "ConsideredRow", "RowTest", *CHANGES},
        "disclosure_scope": {"Disclosure"},
        "handover_item_scope": {"HandoverItem"},
        "provenance_scope": {"Provenance"},
        "rule_scope": RULES | FOR_RULES,
        "through_customer_for_staff": OURS,
        "through_customer": (
            set(TYPES) - DIRECTORY - RULES - OURS - {"Customer", "Disclosure", "HandoverItem", "Provenance"}
            | THROUGH_CUSTOMER
        ),
        "through_ticket": {"TicketUpdate"},
    }


SUBJECTS = [(scope, number) for scope in Scope for number in range(3)]


@pytest.mark.parametrize(("scope", "number"), SUBJECTS)
@pytest.mark.parametrize("gtype", NODES)
async def test_nodes_seen_are_nodes_allowed(ways, rows, gtype, scope, number):
    subject = subject_with(rows, scope, Clearance.SECRET, random.Random(f"{scope}{number}"))
    every = rows.all(gtype)
    ids = [f"{gtype}:{row['id']}" for row in every]
    allowed = [sees(rows, subject, gtype, row, NOW.date()) for row in every]
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    for kind in {kind for kind, _ in ways.answerers}:
        seen: list[bool] = []
        for start in range(0, len(ids), 100):
            part = ids[start : start + 100]
            body = await ways.body(kind, Way.DIRECT, Asking(text, {"ids": part}, subject))
            found = json.loads(body)["data"]["nodes"]
            assert all(node in (None, {"id": key}) for node, key in zip(found, part, strict=True))
            seen += [node is not None for node in found]
        assert seen == allowed


@pytest.mark.parametrize(("scope", "number"), SUBJECTS)
async def test_rows_without_ids_seen_are_rows_allowed(ways, rows, scope, number):
    subject = subject_with(rows, scope, Clearance.SECRET, random.Random(f"{scope}{number}"))

    for gtype in TYPES.keys() - set(NODES):
        allowed = [row for row in rows.all(gtype) if _is_allowed(rows, subject, gtype, row)]
        for kind in {kind for kind, _ in ways.answerers}:
            assert len(await rows_of(ways, kind, gtype, "__typename", subject)) == len(allowed), gtype


def _is_allowed(rows, subject: Subject, gtype: str, row: Any) -> bool:
    """Whether a row can be met by going from those that own it; of relations, whether it holds today."""
    holds = gtype != "CustomerRelation" or (
        row["since"] <= NOW.date() and (row["until"] is None or row["until"] > NOW.date())
    )
    return holds and sees(rows, subject, gtype, row, NOW.date())


@pytest.mark.parametrize(("scope", "number"), SUBJECTS)
async def test_totals_are_of_the_rows_allowed(ways, rows, scope, number):
    subject = subject_with(rows, scope, Clearance.PUBLIC, random.Random(f"{scope}{number}"))
    entries = {
        "customers": "Customer",
        "departments": "Department",
        "staff": "Staff",
        "interactions": "Interaction",
        "tickets": "Ticket",
    }
    text = "{ " + " ".join(f"{entry} {{ totalCount }}" for entry in entries) + " }"
    allowed = {
        entry: {"totalCount": sum(sees(rows, subject, gtype, row, NOW.date()) for row in rows.all(gtype))}
        for entry, gtype in entries.items()
    }

    for kind in {kind for kind, _ in ways.answerers}:
        assert json.loads(await ways.body(kind, Way.DIRECT, Asking(text, {}, subject)))["data"] == allowed
