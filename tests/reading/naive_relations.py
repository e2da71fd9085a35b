"""Where fields lead: to one row, to a short list, to pages of rows, each written down by hand."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolvers.access import Subject
from tests.reading.naive_access import sees
from tests.reading.naive_rows import Row, Rows

Args = Mapping[str, Any]
Keys = Sequence[tuple[str, int]]
"""Columns of an order, each with 1 (ascending) or -1."""


@dataclass(frozen=True)
class World:
    """What an answer is made from."""

    rows: Rows
    subject: Subject
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        """The day, in UTC."""
        return self.now.date()

    def seen(self, gtype: str, found: Iterable[Row | None]) -> list[Row]:
        """Those of the rows that the subject sees."""
        return [r for r in found if r is not None and sees(self.rows, self.subject, gtype, r, self.today)]


def in_order(found: Iterable[Row], keys: Keys) -> list[Row]:
    """Rows by the last key first, since sorting is stable."""
    result = list(found)
    for column, direction in reversed(keys):
        result.sort(key=lambda row: row[column], reverse=direction < 0)
    return result


def covers(row: Row, moment: Any) -> bool:
    """Whether a dated row holds at a moment."""
    return row["since"] <= moment and (row["until"] is None or row["until"] > moment)


def _day(world: World, args: Args) -> dt.date:
    day: dt.date = args.get("asOf") or world.today
    return day


def _as_of_day(gtype: str, column: str) -> Find:
    """Rows of a parent that hold on a day."""
    return lambda w, parent, args: [r for r in w.rows.where(gtype, column, parent["id"]) if covers(r, _day(w, args))]


def _owned(gtype: str, column: str) -> Find:
    """Rows that refer to the parent."""
    return lambda w, parent, _: w.rows.where(gtype, column, parent["id"])


def _refers(gtype: str, column: str, target: str = "id") -> Find:
    """The row that the parent refers to."""
    return lambda w, parent, _: [w.rows.one(gtype, target, parent[column])]


def _listed(gtype: str, name: str) -> Find:
    """The rows whose ids the parent lists."""
    return lambda w, parent, _: [w.rows.one(gtype, "id", key) for key in parent[name]]


def _all(gtype: str) -> Find:
    return lambda w, *_: w.rows.all(gtype)


Find = Callable[[World, Row, Args], Iterable[Row | None]]


def _owner(world: World, customer: Row, args: Args) -> list[Row]:
    return [a for a in _as_of_day("Assignment", "customer_id")(world, customer, args) if a and a["role"] == "OWNER"]


def _leader(role: str) -> Find:
    """Who has a department in a role on a day."""
    members = _as_of_day("Membership", "department_id")
    return lambda w, department, args: [m for m in members(w, department, args) if m and m["role"] == role]


def _grade_period(world: World, customer: Row, args: Args) -> list[Row]:
    moment = args.get("asOf") or world.now
    return [g for g in world.rows.where("GradePeriod", "customer_id", customer["id"]) if covers(g, moment)]


def _related(world: World, customer: Row, args: Args) -> list[Row]:
    found = _as_of_day("CustomerRelation", "customer_id")(world, customer, args)
    return [r for r in found if r and args.get("kind") in (None, r["kind"])]


def _items(world: World, handover: Row, args: Args) -> list[Row]:
    found = world.rows.where("HandoverItem", "handover_id", handover["id"])
    return [item for item in found if args.get("kind") in (None, item["kind"])]


def _next_publication(world: World, publication: Row, _: Args) -> list[Row | None]:
    found = world.rows.where("RulePublication", "rule_set", publication["rule_set"])
    return [row for row in found if row["number"] == publication["number"] + 1]


def _of_rule_set(gtype: str) -> Find:
    return lambda world, rule_set, _: list(world.rows.where(gtype, "rule_set", rule_set["name"]))


def _lookup(gtype: str, column: str) -> Find:
    """The row that an argument names, by id or by what people know of it."""

    def find(world: World, _: Row, args: Args) -> list[Row | None]:
        if args.get("id") is not None:
            return [r for r in world.rows.all(gtype) if f"{gtype}:{r['id']}" == args["id"]]
        return [world.rows.one(gtype, column, nfc(args[column]))]

    return find


def nfc(text: str) -> str:
    """Text as the store holds it."""
    return unicodedata.normalize("NFC", text)


LATEST: Keys = (("since", -1), ("id", 1))

ONE: dict[tuple[str, str], tuple[str, Find, Keys]] = {
    ("Assignment", "staff"): ("Staff", _refers("Staff", "staff_id"), ()),
    ("Assignment", "customer"): ("Customer", _refers("Customer", "customer_id"), ()),
    ("Contact", "customer"): ("Customer", _refers("Customer", "customer_id"), ()),
    ("CreditChange", "customer"): ("Customer", _refers("Customer", "customer_id"), ()),
    ("CreditChange", "decision"): ("Decision", _refers("Decision", "decision_id"), ()),
    ("Customer", "department"): ("Department", _refers("Department", "department_id"), ()),
    ("Customer", "owner"): ("Assignment", _owner, LATEST),
    ("Customer", "gradePeriod"): ("GradePeriod", _grade_period, LATEST),
    ("Customer", "credit"): ("CreditAccount", _refers("CreditAccount", "id", "customer_id"), ()),
    ("CorporateGroup", "root"): ("Customer", _refers("Customer", "root_id"), ()),
    ("CustomerRelation", "customer"): ("Customer", _refers("Customer", "other_id"), ()),
    ("Decision", "customer"): ("Customer", _refers("Customer", "customer_id"), ()),
    ("DecisionExplanation", "decision"): ("Decision", _refers("Decision", "decision_id"), ()),
    ("Department", "parent"): ("Department", _refers("Department", "parent_id"), ()),
    ("Department", "mergedInto"): ("Department", _refers("Department", "merged_into_id"), ()),
    ("Department", "head"): ("Membership", _leader("HEAD"), LATEST),
    ("Department", "actingHead"): ("Membership", _leader("ACTING_HEAD"), LATEST),
    ("Duty", "customer"): ("Customer", _refers("Customer", "customer_id"), ()),
    ("Duty", "ticket"): ("Ticket", _refers("Ticket", "ticket_id"), ()),
    ("Duty", "interaction"): ("Interaction", _refers("Interaction", "interaction_id"), ()),
    ("Duty", "decision"): ("Decision", _refers("Decision", "decision_id"), ()),
    ("Escalation", "customer"): ("Customer", _refers("Customer", "customer_id"), ()),
    ("Escalation", "staff"): ("Staff", _refers("Staff", "staff_id"), ()),
    ("Escalation", "decision"): ("Decision", _refers("Decision", "decision_id"), ()),
    ("Handover", "from"): ("Staff", _refers("Staff", "from_id"), ()),
    ("Handover", "to"): ("Staff", _refers("Staff", "to_id"), ()),
    ("Handover", "department"): ("Department", _refers("Department", "department_id"), ()),
    ("HandoverItem", "customer"): ("Customer", _refers("Customer", "customer_id"), ()),
    ("HandoverItem", "ticket"): ("Ticket", _refers("Ticket", "ticket_id"), ()),
    ("HandoverItem", "contact"): ("Contact", _refers("Contact", "contact_id"), ()),
    ("EscalationStep", "department"): ("Department", _refers("Department", "department_id"), ()),
    ("EscalationStep", "staff"): ("Staff", _refers("Staff", "staff_id"), ()),
    ("Interaction", "customer"): ("Customer", _refers("Customer", "customer_id"), ()),
    ("Interaction", "handler"): ("Staff", _refers("Staff", "staff_id"), ()),
    ("Interaction", "department"): ("Department", _refers("Department", "department_id"), ()),
    ("Interaction", "ticket"): ("Ticket", _refers("Ticket", "ticket_id"), ()),
    ("LedgerEntry", "customer"): ("Customer", _refers("Customer", "customer_id"), ()),
    ("Membership", "department"): ("Department", _refers("Department", "department_id"), ()),
    ("Membership", "staff"): ("Staff", _refers("Staff", "staff_id"), ()),
    ("PlacedDepartment", "department"): ("Department", _refers("Department", "department_id"), ()),
    ("Query", "customer"): ("Customer", _lookup("Customer", "code"), ()),
    ("Query", "department"): ("Department", _lookup("Department", "number"), ()),
    ("Query", "handover"): ("Handover", _lookup("Handover", "number"), ()),
    ("Query", "interaction"): ("Interaction", _lookup("Interaction", "id"), ()),
    ("Query", "staffMember"): ("Staff", _lookup("Staff", "number"), ()),
    ("Query", "ruleVersion"): ("RuleVersion", _lookup("RuleVersion", "id"), ()),
    ("Query", "ticket"): ("Ticket", _lookup("Ticket", "number"), ()),
    ("RulePublication", "replacedBy"): ("RulePublication", _next_publication, ()),
    ("RulePublication", "version"): ("RuleVersion", _refers("RuleVersion", "version_id"), ()),
    ("RuleSet", "inForce"): ("RuleVersion", _refers("RuleVersion", "version_id"), ()),
    ("RuleSimulation", "against"): ("RuleVersion", _refers("RuleVersion", "against_id"), ()),
    ("RuleSimulation", "version"): ("RuleVersion", _refers("RuleVersion", "version_id"), ()),
    ("RuleVersion", "base"): ("RuleVersion", _refers("RuleVersion", "base_id"), ()),
    ("Successor", "staff"): ("Staff", _refers("Staff", "staff_id"), ()),
    ("Ticket", "customer"): ("Customer", _refers("Customer", "customer_id"), ()),
    ("Ticket", "contact"): ("Contact", _refers("Contact", "contact_id"), ()),
    ("Ticket", "department"): ("Department", _refers("Department", "department_id"), ()),
    ("Ticket", "assignee"): ("Staff", _refers("Staff", "assignee_id"), ()),
    ("Ticket", "firstResponder"): ("Staff", _refers("Staff", "first_responder_id"), ()),
    ("TicketEvent", "actor"): ("Staff", _refers("Staff", "actor_id"), ()),
    ("TicketEvent", "assignee"): ("Staff", _refers("Staff", "assignee_id"), ()),
    ("TicketEvent", "department"): ("Department", _refers("Department", "department_id"), ()),
    ("TicketEvent", "ticket"): ("Ticket", _refers("Ticket", "ticket_id"), ()),
    ("Viewer", "staff"): ("Staff", _refers("Staff", "staff_id"), ()),
}
"""Fields that give one row: its type, how it is found, and which is the first if there are several."""

NAME: Keys = (("name", 1), ("id", 1))
NEWEST: Keys = (("since", -1), ("id", -1))

MANY: dict[tuple[str, str], tuple[str, Find, Keys]] = {
    ("CorporateGroup", "members"): ("Customer", _listed("Customer", "members"), (("id", 1),)),
    ("Customer", "contacts"): ("Contact", _owned("Contact", "customer_id"), NAME),
    ("Customer", "peopleInCharge"): (
        "Assignment",
        _as_of_day("Assignment", "customer_id"),
        (("role", -1), ("since", 1), ("id", 1)),
    ),
    ("Customer", "balances"): ("LedgerBalance", _owned("LedgerBalance", "customer_id"), (("currency", 1), ("kind", 1))),
    ("Customer", "relatedCustomers"): ("CustomerRelation", _related, (("kind", 1), ("direction", 1), ("id", 1))),
    ("Customer", "tags"): ("Tag", _owned("Tag", "customer_id"), (("name", 1),)),
    ("Customer", "provenance"): ("Provenance", _owned("Provenance", "customer_id"), (("recorded_at", -1), ("id", -1))),
    ("Department", "children"): ("Department", _owned("Department", "parent_id"), (("number", 1),)),
    ("Handover", "counts"): ("HandoverCount", _owned("HandoverCount", "handover_id"), (("kind", 1),)),
    ("IfLeaves", "orphans"): ("Customer", _listed("Customer", "orphans"), (("id", 1),)),
    ("Query", "ruleSets"): ("RuleSet", _all("RuleSet"), (("name", 1),)),
    ("Query", "ruleShadows"): ("RuleShadow", _all("RuleShadow"), (("started_at", -1), ("id", -1))),
    ("RuleSet", "publications"): ("RulePublication", _of_rule_set("RulePublication"), (("number", -1),)),
    ("RuleSet", "versions"): ("RuleVersion", _of_rule_set("RuleVersion"), (("number", -1),)),
    ("Staff", "memberships"): ("Membership", _owned("Membership", "staff_id"), NEWEST),
    ("Staff", "trainingRecords"): (
        "TrainingRecord",
        _owned("TrainingRecord", "staff_id"),
        (("completed_on", -1), ("id", -1)),
    ),
    ("Staff", "workHistory"): ("WorkHistory", _owned("WorkHistory", "staff_id"), NEWEST),
    ("Ticket", "events"): ("TicketEvent", _owned("TicketEvent", "ticket_id"), (("at", 1), ("id", 1))),
}
"""Fields that give a short list: its type, how its rows are found, and their order."""

PROPOSED: Keys = (("created_at", -1), ("id", -1))
DUE: Keys = (("due_on", 1), ("id", 1))
OLDEST: Keys = (("since", 1), ("id", 1))

PAGED: dict[tuple[str, str], tuple[str, Find, Keys | None]] = {
    ("Customer", "assignments"): ("Assignment", _owned("Assignment", "customer_id"), NEWEST),
    ("Customer", "decisions"): ("Decision", _owned("Decision", "customer_id"), (("decided_at", -1), ("id", -1))),
    ("Customer", "creditChanges"): ("CreditChange", _owned("CreditChange", "customer_id"), PROPOSED),
    ("Customer", "duties"): ("Duty", _owned("Duty", "customer_id"), DUE),
    ("Customer", "gradeHistory"): ("GradePeriod", _owned("GradePeriod", "customer_id"), NEWEST),
    ("Customer", "interactions"): ("Interaction", _owned("Interaction", "customer_id"), None),
    ("Customer", "ledger"): ("LedgerEntry", _owned("LedgerEntry", "customer_id"), None),
    ("Customer", "tickets"): ("Ticket", _owned("Ticket", "customer_id"), None),
    ("Department", "customers"): ("Customer", _owned("Customer", "department_id"), None),
    ("Department", "interactions"): ("Interaction", _owned("Interaction", "department_id"), None),
    ("Department", "members"): ("Membership", _as_of_day("Membership", "department_id"), OLDEST),
    ("Department", "tickets"): ("Ticket", _owned("Ticket", "department_id"), None),
    ("Query", "customers"): ("Customer", _all("Customer"), None),
    ("Query", "departments"): ("Department", _all("Department"), None),
    ("Query", "creditChanges"): ("CreditChange", _all("CreditChange"), PROPOSED),
    ("Query", "duties"): ("Duty", _all("Duty"), DUE),
    ("Query", "disclosures"): ("Disclosure", _all("Disclosure"), (("at", -1), ("id", -1))),
    ("Handover", "items"): ("HandoverItem", _items, (("kind", 1), ("label", 1), ("id", 1))),
    ("Query", "handovers"): ("Handover", _all("Handover"), PROPOSED),
    ("Query", "interactions"): ("Interaction", _all("Interaction"), None),
    ("Query", "ruleSimulations"): ("RuleSimulation", _all("RuleSimulation"), (("asked_at", -1), ("id", -1))),
    ("Query", "staff"): ("Staff", _all("Staff"), None),
    ("Query", "tickets"): ("Ticket", _all("Ticket"), None),
    ("Staff", "assignments"): ("Assignment", _as_of_day("Assignment", "staff_id"), OLDEST),
    ("Staff", "handoversFrom"): ("Handover", _owned("Handover", "from_id"), PROPOSED),
    ("Staff", "handoversTo"): ("Handover", _owned("Handover", "to_id"), PROPOSED),
    ("Staff", "interactions"): ("Interaction", _owned("Interaction", "staff_id"), None),
    ("Staff", "tickets"): ("Ticket", _owned("Ticket", "assignee_id"), None),
    ("Ticket", "eventLog"): ("TicketEvent", _owned("TicketEvent", "ticket_id"), (("at", 1), ("id", 1))),
    ("Ticket", "duties"): ("Duty", _owned("Duty", "ticket_id"), DUE),
    ("Ticket", "escalations"): ("Escalation", _owned("Escalation", "ticket_id"), (("at", -1), ("id", -1))),
    ("Ticket", "interactions"): ("Interaction", _owned("Interaction", "ticket_id"), None),
}
"""Fields that give pages: their type, how all rows are found, and the order, None where the client chooses one."""

ORDERS: dict[str, dict[str, Keys]] = {
    "Customer": {
        "CODE_ASC": (("code", 1), ("id", 1)),
        "NAME_ASC": (("name", 1), ("id", 1)),
        "CREATED_AT_DESC": (("created_at", -1), ("id", -1)),
        "LAST_ACTIVITY_AT_DESC": (("last_activity_at", -1), ("id", -1)),
        "LAST_ACTIVITY_AT_ASC": (("last_activity_at", 1), ("id", 1)),
        "MONETARY_DESC": (("monetary_minor", -1), ("id", -1)),
        "REFERRALS_DESC": (("referral_count", -1), ("id", -1)),
    },
    "Department": {"NUMBER_ASC": (("number", 1), ("id", 1)), "NAME_ASC": NAME},
    "Interaction": {
        "HAPPENED_AT_DESC": (("occurred_at", -1), ("id", -1)),
        "HAPPENED_AT_ASC": (("occurred_at", 1), ("id", 1)),
    },
    "LedgerEntry": {
        "HAPPENED_AT_DESC": (("occurred_at", -1), ("id", -1)),
        "HAPPENED_AT_ASC": (("occurred_at", 1), ("id", 1)),
    },
    "Staff": {"NUMBER_ASC": (("number", 1), ("id", 1)), "NAME_ASC": NAME},
    "Ticket": {
        "OPENED_AT_DESC": (("opened_at", -1), ("id", -1)),
        "OPENED_AT_ASC": (("opened_at", 1), ("id", 1)),
        "UPDATED_AT_DESC": (("updated_at", -1), ("id", -1)),
        "NUMBER_ASC": (("number", 1), ("id", 1)),
    },
}
"""The orders that a client may choose, the first being the one when it does not."""

TIMELINE: dict[str, tuple[str, str]] = {
    "Assignment": ("recorded_at", "ASSIGNMENT"),
    "GradePeriod": ("since", "GRADE"),
    "Interaction": ("occurred_at", "INTERACTION"),
    "LedgerEntry": ("occurred_at", "LEDGER_ENTRY"),
    "TicketEvent": ("at", "TICKET_EVENT"),
}
"""What a timeline is made of, in alphabetical order: each type's time and kind."""
