"""Rule sets, their versions, and which was in force when, as clients see them."""

from __future__ import annotations

import datetime as dt

import strawberry

from resolvers.reading import column, entity, global_id, many, one, part, part_type
from resolvers.scopes import rule_scope
from schema.links import RulePublicationLink, RuleVersionLink
from schema.paging import Node
from store.rule_version import PublicationKind, RulePublicationRow, RuleSetRow, RuleVersionRow, RuleVersionStatus


@part_type("What a rule set is called.")
class RuleTitle:
    """The title in both languages."""

    zh: str = column(lambda t: t.zh, "In Chinese.")
    en: str = column(lambda t: t.en, "In English.")


@entity(RuleVersionRow, "One version of a rule set: the text of its file and of its cases. 规则版本", scope=rule_scope)
class RuleVersion(Node):
    """One version, kept for ever."""

    id: strawberry.ID = global_id()
    rule_set: str = column(RuleVersionRow.rule_set, "The rule set's name.")
    number: int = column(RuleVersionRow.number, "Counts the versions of the rule set, from 1.")
    title: RuleTitle = part("What it is called.", zh=RuleVersionRow.title_zh, en=RuleVersionRow.title_en)
    owner: str = column(RuleVersionRow.owner, "Who answers for it.")
    status: RuleVersionStatus = column(RuleVersionRow.status, "How far it is.")
    text: str = column(RuleVersionRow.text, "The text of the rule file.")
    cases: str = column(RuleVersionRow.cases, "The text of the file of its cases.")
    digest: str = column(RuleVersionRow.digest, "The SHA-256 of both texts, in hexadecimal.")
    base: RuleVersionLink | None = one(lambda v, b: b.id == v.base_id, "The version that its author started from.")
    note: str | None = column(RuleVersionRow.note, "What its author said with it.")
    submitted_by: str = column(RuleVersionRow.submitted_by, "Who submitted it.")
    submitted_at: dt.datetime = column(RuleVersionRow.submitted_at, "When it was submitted.")
    reviewed_by: str | None = column(RuleVersionRow.reviewed_by, "Who approved or rejected it.")
    reviewed_at: dt.datetime | None = column(RuleVersionRow.reviewed_at, "When it was approved or rejected.")
    review_note: str | None = column(RuleVersionRow.review_note, "What was said with that.")
    withdrawn_by: str | None = column(RuleVersionRow.withdrawn_by, "Who took it back.")
    withdrawn_at: dt.datetime | None = column(RuleVersionRow.withdrawn_at, "When it was taken back.")
    withdraw_note: str | None = column(RuleVersionRow.withdraw_note, "What was said with that.")


@entity(RulePublicationRow, "That a version of a rule set came into force. 规则发布", scope=rule_scope)
class RulePublication(Node):
    """One publication."""

    id: strawberry.ID = global_id()
    rule_set: str = column(RulePublicationRow.rule_set, "The rule set's name.")
    number: int = column(RulePublicationRow.number, "Counts the publications of the rule set, from 1.")
    kind: PublicationKind = column(RulePublicationRow.kind, "Why the version came into force.")
    published_by: str = column(RulePublicationRow.published_by, "Who brought it into force.")
    published_at: dt.datetime = column(RulePublicationRow.published_at, "From when it was in force.")
    note: str | None = column(RulePublicationRow.note, "What was said with it.")
    version: RuleVersion | None = one(lambda p, v: v.id == p.version_id, "The version.")
    replaced_by: RulePublicationLink | None = one(
        lambda p, n: (n.rule_set == p.rule_set) & (n.number == p.number + 1),
        "The next publication, which ended this one; not set while this one is in force.",
    )


@entity(
    RuleSetRow, "A decision table with its history: which version is in force, which wait. 规则集", scope=rule_scope
)
class RuleSet:
    """One rule set."""

    name: str = column(RuleSetRow.name, "Its name, in files and decisions.")
    title: RuleTitle = part("What it is called.", zh=RuleSetRow.title_zh, en=RuleSetRow.title_en)
    owner: str = column(RuleSetRow.owner, "Who answers for it.")
    in_force: RuleVersion | None = one(
        lambda s, v: v.id == s.version_id, "The version that decides now; not set before one is published."
    )
    in_force_since: dt.datetime | None = column(RuleSetRow.published_at, "Since when it decides.")
    versions: list[RuleVersion] = many(
        lambda s, v: v.rule_set == s.name, "All versions, newest first.", order_by=[RuleVersionRow.number.desc()]
    )
    publications: list[RulePublication] = many(
        lambda s, p: p.rule_set == s.name,
        "What was in force, latest first.",
        order_by=[RulePublicationRow.number.desc()],
    )
