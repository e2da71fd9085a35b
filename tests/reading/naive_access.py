"""Who sees what, written down by hand: the level of every confidential field, and the rows of every scope."""

from __future__ import annotations

import datetime as dt

from resolvers.access import Scope, Subject
from tests.reading.naive_rows import Row, Rows

INTERNAL, CONFIDENTIAL, SECRET = 1, 2, 3

FIELD_LEVELS = {
    "Contact": {"email": INTERNAL, "phone": INTERNAL, "mobile": INTERNAL, "note": CONFIDENTIAL},
    "CreditAccount": {
        "limit": CONFIDENTIAL,
        "used": CONFIDENTIAL,
        "available": CONFIDENTIAL,
        "termDays": INTERNAL,
        "rating": CONFIDENTIAL,
        "reviewedOn": INTERNAL,
    },
    "CreditChange": {
        **dict.fromkeys(("ratingBefore", "rating", "limitBefore", "limit", "reason"), CONFIDENTIAL),
        **dict.fromkeys(("action", "termDaysBefore", "termDays", "recheckOrders", "approver"), INTERNAL),
        **dict.fromkeys(("endedBy", "note"), INTERNAL),
    },
    "CorporateGroup": {"exposure": CONFIDENTIAL},
    "Customer": {
        "address": INTERNAL,
        "email": INTERNAL,
        "phone": INTERNAL,
        "birthday": CONFIDENTIAL,
        "nextBirthday": CONFIDENTIAL,
        "taxNumber": SECRET,
        "note": CONFIDENTIAL,
        "source": INTERNAL,
        "explanation": INTERNAL,
        "whyNot": INTERNAL,
    },
    "Decision": {"askedBy": INTERNAL, "rows": INTERNAL},
    "CustomerMetrics": {
        "monetary": INTERNAL,
        "purchaseCount": INTERNAL,
        "firstPurchaseAt": INTERNAL,
        "lastPurchaseAt": INTERNAL,
        "recencyDays": INTERNAL,
        "tenureDays": INTERNAL,
        "satisfaction": INTERNAL,
    },
    "Disclosure": dict.fromkeys(
        ("reader", "role", "recordType", "recordId", "field", "reason", "requestId"), CONFIDENTIAL
    ),
    "Duty": dict.fromkeys(("reason", "endedBy", "note"), INTERNAL),
    "Escalation": {"reason": INTERNAL},
    "GradePeriod": {"reason": INTERNAL, "decidedBy": INTERNAL},
    "Handover": dict.fromkeys(
        ("note", "proposedBy", "answeredBy", "answerNote", "cancelledBy", "cancelNote", "executedBy"), INTERNAL
    ),
    "Interaction": {
        "source": INTERNAL,
        "satisfaction": INTERNAL,
        "description": CONFIDENTIAL,
        "resolution": INTERNAL,
        "summary": INTERNAL,
    },
    "LedgerBalance": {"amount": INTERNAL, "effect": INTERNAL},
    "LedgerEntry": {"amount": INTERNAL, "effect": INTERNAL, "dueOn": INTERNAL},
    "Provenance": {"source": INTERNAL, "recordedBy": INTERNAL},
    "Staff": {
        "mobile": INTERNAL,
        "joinedOn": INTERNAL,
        "leftOn": INTERNAL,
        "birthday": CONFIDENTIAL,
        "homeAddress": SECRET,
        "emergencyContact": CONFIDENTIAL,
        "identityNumber": SECRET,
    },
    "Ticket": {
        "description": CONFIDENTIAL,
        "serialNumber": INTERNAL,
        "cause": INTERNAL,
        "prevention": INTERNAL,
        "explanation": INTERNAL,
    },
    "TicketEvent": {"note": INTERNAL},
    "TrainingRecord": {"result": CONFIDENTIAL},
}
"""The clearance that a field asks for; a field that is not here is public."""

FILTER_LEVELS = {
    "CreditChangeFilter": {"action": INTERNAL},
    "CustomerFilter": {
        "birthday": CONFIDENTIAL,
        "monetary": INTERNAL,
        "purchaseCount": INTERNAL,
        "lastPurchaseAt": INTERNAL,
    },
    "DisclosureFilter": dict.fromkeys(("reader", "role", "recordType", "recordId", "field", "requestId"), CONFIDENTIAL),
    "InteractionFilter": {"satisfaction": INTERNAL},
    "LedgerFilter": {"dueOn": INTERNAL, "amount": INTERNAL},
}
"""The clearance that a filter's field asks for."""

ORDER_LEVELS = {"MONETARY_DESC": INTERNAL}
"""The clearance that an order asks for."""

COLUMN_LEVELS = {
    "address": INTERNAL,
    "email": INTERNAL,
    "phone": INTERNAL,
    "birthday": CONFIDENTIAL,
    "tax_number": SECRET,
    "note": CONFIDENTIAL,
    "source": INTERNAL,
}
"""The level of a customer's column, by the name that provenance gives it."""

DIRECTORY = {"Department", "Handover", "HandoverCount", "Staff", "Membership", "TrainingRecord", "WorkHistory"}
"""Types that everyone who works here sees, and no partner."""

OURS = {"CreditChange", "Duty", "Escalation"}
"""Types of what belongs to customers and is no partner's business."""

RULES = {"RulePublication", "RuleSet", "RuleShadow", "RuleSimulation", "RuleVersion"}
"""Types of rules: for managers, supervisors, analysts and auditors."""


def masked(gtype: str, field: str, subject: Subject) -> bool:
    """Whether a subject's clearance is too low for a field."""
    return FIELD_LEVELS.get(gtype, {}).get(field, 0) > subject.clearance


def sees(rows: Rows, subject: Subject, gtype: str, row: Row, today: dt.date) -> bool:
    """Whether a row is in a subject's scope."""
    if gtype in DIRECTORY:
        return subject.scope is not Scope.PARTNER
    if gtype in RULES:
        return subject.scope not in (Scope.OWN, Scope.PARTNER) and subject.clearance >= INTERNAL
    if gtype == "Disclosure":
        return subject.scope is Scope.ALL and subject.clearance >= CONFIDENTIAL
    if gtype in {"HandoverItem", *OURS} and subject.scope is Scope.PARTNER:
        return False
    if gtype == "HandoverItem" and (row["customer_id"] is None or _hands_over(rows, subject, row)):
        return True
    if gtype == "Provenance" and COLUMN_LEVELS.get(row["field"], 0) > subject.clearance:
        return False
    return _sees_customer(rows, subject, row["id" if gtype == "Customer" else "customer_id"], today)


def _sees_customer(rows: Rows, subject: Subject, customer_id: object, today: dt.date) -> bool:
    match subject.scope:
        case Scope.ALL:
            return True
        case Scope.PARTNER:
            return customer_id in subject.customer_ids
        case Scope.DEPARTMENT | Scope.SUBTREE:
            customer = rows.one("Customer", "id", customer_id)
            return customer is not None and customer["department_id"] in subject.department_ids
        case Scope.OWN:
            own = rows.where("Assignment", "staff_id", subject.staff_id)
            return any(a["customer_id"] == customer_id and serves(a, today) for a in own)


def _hands_over(rows: Rows, subject: Subject, item: Row) -> bool:
    """Whether a subject is one of the two people of the handover that lists an item."""
    document = rows.one("Handover", "id", item["handover_id"])
    return document is not None and subject.staff_id in (document["from_id"], document["to_id"])


def serves(assignment: Row, today: dt.date) -> bool:
    """Whether an assignment holds on a day: whoever has it sees the customer."""
    return assignment["since"] <= today and (assignment["until"] is None or assignment["until"] > today)
