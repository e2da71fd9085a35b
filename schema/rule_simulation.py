"""Simulations, as clients see them: asked for, followed, read, stopped."""

from __future__ import annotations

import datetime as dt
from typing import Final

import strawberry

from resolvers.decisions import simulation_questions as questions
from resolvers.decisions import simulation_told as told
from resolvers.decisions.backtesting import MOST_MONTHS
from resolvers.decisions.simulation_told import RuleSimulationCounted
from resolvers.reading import column, entity, finding, global_id, listed, one, part, part_type, traversal
from resolvers.reading.filtering import Choice, Range, TextFilter, by, filters
from resolvers.reading.relations import FIRST
from resolvers.scopes import rule_scope, through_customer
from schema.decision import WITHHELD, BothLanguages, DecisionFact
from schema.links import CustomerLink, RuleVersionLink, TicketLink
from schema.money import Money
from schema.paging import Node
from store.clearance import Clearance
from store.rule_simulation import RuleSimulationRow, RuleSimulationState

EXPOSURE: Final = "What they owe; not set where it is withheld."
OPEN_TICKETS: Final = "How many tickets of theirs are open."
OPEN_COMPLAINTS: Final = "How many of those are complaints."


@part_type("What those with one outcome amount to. 合计")
class RuleSimulationLoad:
    """How many, what they owe, and what of theirs is open."""

    count: int = column(lambda x: x.count, "How many they are.")
    exposure: Money | None = part(EXPOSURE, minor=lambda x: x.exposure, currency=lambda x: x.currency)
    open_ticket_count: int | None = column(lambda x: x.open_tickets, OPEN_TICKETS)
    open_complaint_count: int | None = column(lambda x: x.open_complaints, OPEN_COMPLAINTS)


@finding(told.ToldMove, "How many would move from one outcome to another, or stay. 变动")
class RuleSimulationMove:
    """A cell of the matrix."""

    before: str = column(lambda m: m.before, "The outcome by the version in force; `(not in force)` where none was.")
    after: str = column(
        lambda m: m.after,
        "The outcome by the candidate; `(refused)` where nothing is decided, `(no row)` where none fits.",
    )
    count: int = column(lambda m: m.load.count, "How many they are.")
    exposure: Money | None = part(EXPOSURE, minor=lambda m: m.load.exposure_minor, currency=lambda m: m.load.currency)
    open_ticket_count: int | None = column(lambda m: m.load.open_tickets, OPEN_TICKETS)
    open_complaint_count: int | None = column(lambda m: m.load.open_complaints, OPEN_COMPLAINTS)


@finding(told.ToldOutcome, "What those with one outcome amount to, before and after. 结果合计")
class RuleSimulationOutcome:
    """Both sides."""

    outcome: str = column(lambda x: x.outcome, "The outcome.")
    before: RuleSimulationLoad = part(
        "Those who have it by the version in force.",
        count=lambda x: x.before.count,
        exposure=lambda x: x.before.exposure_minor,
        currency=lambda x: x.before.currency,
        open_tickets=lambda x: x.before.open_tickets,
        open_complaints=lambda x: x.before.open_complaints,
    )
    after: RuleSimulationLoad = part(
        "Those who have it by the candidate.",
        count=lambda x: x.after.count,
        exposure=lambda x: x.after.exposure_minor,
        currency=lambda x: x.after.currency,
        open_tickets=lambda x: x.after.open_tickets,
        open_complaints=lambda x: x.after.open_complaints,
    )


@finding(told.ToldMover, "A customer or ticket that would get another outcome. 变动者", scope=through_customer)
class RuleSimulationMover:
    """Who, from what to what, and why."""

    customer: CustomerLink | None = one(lambda m, c: c.id == m.customer_id, "The customer.", within=True)
    ticket: TicketLink | None = one(lambda m, t: t.id == m.ticket_id, "The ticket, where it is about one.")
    before: str | None = column(lambda m: m.before, "The outcome by the version in force.")
    after: str | None = column(lambda m: m.after, "The outcome by the candidate.")
    withheld: Clearance | None = column(lambda m: m.withheld, f"{WITHHELD} It is about both outcomes.")
    facts: list[DecisionFact] = listed(
        lambda m: m.facts, "What was spent in 12 months, and what is owed.", most=len(questions.TOLD)
    )
    reason_before: BothLanguages | None = part(
        "Why, by the version in force.", zh=lambda m: m.why_before.zh, en=lambda m: m.why_before.en
    )
    reason_after: BothLanguages | None = part(
        "Why, by the candidate.", zh=lambda m: m.why_after.zh, en=lambda m: m.why_after.en
    )
    reasons_withheld: Clearance | None = column(lambda m: m.reasons_withheld, f"{WITHHELD} A reason may quote facts.")


@finding(told.ToldCount, "How many have an outcome in a month. 当月客户数")
class RuleSimulationCount:
    """Both sides."""

    outcome: str = column(lambda x: x.outcome, "The outcome.")
    before_count: int = column(lambda x: x.before, "How many have it by the version in force.")
    after_count: int = column(lambda x: x.after, "How many have it by the candidate.")


@finding(told.ToldMonth, "One month of a simulation over history. 月份")
class RuleSimulationMonth:
    """Both sides at an instant."""

    at: dt.datetime = column(lambda m: m.at, "As of when.")
    outcomes: list[RuleSimulationCount] = listed(
        lambda m: m.outcomes,
        "How many have which outcome; none where they are withheld.",
        most=questions.MOST_OUTCOMES,
    )
    before_changed_count: int = column(lambda m: m.before_changed, "How many changed by the version in force.")
    after_changed_count: int = column(lambda m: m.after_changed, "How many changed by the candidate.")


@finding(told.ToldFactName, "A fact that is known for now only. 无历史的依据")
class RuleSimulationFact:
    """By its name."""

    name: str = column(lambda f: f.name, "How rule files call it.")


@finding(told.ToldHistory, "Both versions month by month, each going on from its own outcomes. 按月回放")
class RuleSimulationHistory:
    """The months, and who goes to and fro."""

    months: list[RuleSimulationMonth] = listed(lambda h: h.months, "The months, the earliest first.", most=MOST_MONTHS)
    before_to_and_fro_count: int = column(
        lambda h: h.before_to_and_fro, "How many come back to an outcome that they had left, by the version in force."
    )
    after_to_and_fro_count: int = column(lambda h: h.after_to_and_fro, "The same by the candidate.")
    without_history: list[RuleSimulationFact] = listed(
        lambda h: h.without_history, "Facts that were taken as they are now, in every month.", most=questions.MOST_FACTS
    )


@finding(told.ToldQuiet, "An output that changes for some who keep their outcome. 暗中变动")
class RuleSimulationQuiet:
    """Which, and for how many."""

    output: str = column(lambda q: q.output, "The output.")
    count: int = column(lambda q: q.count, "How many get another value of it.")


@finding(told.ToldWork, "What the results with one outcome ask for in all: hours, amounts, how many. 规则工作量")
class RuleSimulationWork:
    """A sum of each side."""

    name: str = column(lambda w: w.name, "The output that is added up; `(results)` where results are counted.")
    unit: str = column(lambda w: w.unit, "The unit of the sums; empty without one.")
    outcome: str = column(lambda w: w.outcome, "The outcome.")
    before: str | None = column(lambda w: w.before, "The sum by the version in force, as text.")
    after: str | None = column(lambda w: w.after, "The sum by the candidate, as text.")


@finding(told.ToldResult, "What a simulation found, over the whole book, whomever the reader may see. 试算结果")
class RuleSimulationResult:
    """Who would move, and what that does."""

    counted: RuleSimulationCounted = column(lambda r: r.counted, "What was looked at.")
    looked_at: BothLanguages = part("The same in words.", zh=lambda r: r.looked_at_zh, en=lambda r: r.looked_at_en)
    output: str = column(lambda r: r.output, "The output by which outcomes are told apart.")
    count: int = column(lambda r: r.count, "How many were looked at.")
    changed_count: int = column(lambda r: r.changed, "How many would get another outcome.")
    quiet_count: int = column(
        lambda r: r.quiet, "How many would keep their outcome, and get another value of another output."
    )
    quiet: list[RuleSimulationQuiet] = listed(
        lambda r: r.quiet_outputs, "Those other outputs.", most=questions.MOST_OUTPUTS
    )
    moves: list[RuleSimulationMove] = listed(
        lambda r: r.moves,
        "From which outcome to which, the most frequent first; 400 at most.",
        most=questions.MOST_MOVES,
    )
    outcomes: list[RuleSimulationOutcome] = listed(
        lambda r: r.outcomes, "The outcomes with what they amount to; 100 at most.", most=questions.MOST_OUTCOMES
    )
    work: list[RuleSimulationWork] = listed(
        lambda r: r.work, "What results ask for in all, outcome by outcome; 200 sums at most.", most=questions.MOST_WORK
    )
    without_history: list[RuleSimulationFact] = listed(
        lambda r: r.without_history,
        "Facts that were taken as they are now, though others are those of a day before.",
        most=questions.MOST_FACTS,
    )
    withheld: Clearance | None = column(
        lambda r: r.withheld,
        f"{WITHHELD} It is about outcomes, which may quote facts: none is told.",
    )
    exposure_withheld: Clearance | None = column(lambda r: r.exposure_withheld, f"{WITHHELD} It is about what is owed.")
    movers: list[RuleSimulationMover] | None = traversal(
        questions.movers,
        "Those who spend most among the 20 named movers, as far as you may see them.",
        needs=[lambda r: r.simulation_id],
        arguments={"first": FIRST},
    )
    history: RuleSimulationHistory | None = traversal(
        questions.history,
        "Month by month; not set where no first day was given.",
        needs=[lambda r: r.simulation_id],
    )


@part_type("How far a simulation is. 进度")
class RuleSimulationProgress:
    """What, how much, of how much."""

    step: str = column(
        lambda p: p.step, "What is being done: `customers`, `tickets` or `decisions`, or `months` of history."
    )
    done_count: int = column(lambda p: p.done, "How much of it is done.")
    total_count: int = column(lambda p: p.total, "How much there is.")


@entity(
    RuleSimulationRow,
    "A candidate run over the whole book beside the version in force; nothing is decided. It is thrown away after a"
    " time. 规则试算",
    scope=rule_scope,
)
class RuleSimulation(Node):
    """One simulation that somebody asked for."""

    id: strawberry.ID = global_id()
    rule_set: str = column(RuleSimulationRow.rule_set, "The rule set's name.")
    text: str = column(RuleSimulationRow.text, "The text of the candidate's rule file.")
    version: RuleVersionLink | None = one(
        lambda s, v: v.id == s.version_id, "The version that is simulated; not set where a text was given."
    )
    as_of: dt.datetime = column(RuleSimulationRow.as_of, "The instant of the facts.")
    since: dt.date | None = column(RuleSimulationRow.since, "From which day on history is looked at.")
    output: str | None = column(
        RuleSimulationRow.output, "By which output outcomes are told apart; not set where it is the first."
    )
    asked_by: str = column(RuleSimulationRow.asked_by, "Who asked for it.")
    asked_at: dt.datetime = column(RuleSimulationRow.asked_at, "When.")
    state: RuleSimulationState = column(RuleSimulationRow.state, "How it stands.")
    started_at: dt.datetime | None = column(RuleSimulationRow.started_at, "When it began to run.")
    progress: RuleSimulationProgress | None = part(
        "How far it is, told every second while it runs.",
        step=RuleSimulationRow.step,
        done=RuleSimulationRow.done,
        total=RuleSimulationRow.total,
    )
    ended_at: dt.datetime | None = column(RuleSimulationRow.ended_at, "When it ended.")
    ended_by: str | None = column(RuleSimulationRow.ended_by, "Who stopped it; not set where nobody did.")
    problem: str | None = column(RuleSimulationRow.problem, "Why it failed, and what to do.")
    against: RuleVersionLink | None = one(
        lambda s, v: v.id == s.against_id, "The version that was in force beside it; not set where none was."
    )
    result: RuleSimulationResult | None = traversal(
        questions.result, "What it found; not set before it is done.", needs=[RuleSimulationRow.id]
    )


RULE_SIMULATION_ORDER: Final = (RuleSimulationRow.asked_at.desc(), RuleSimulationRow.id.desc())


@filters(RuleSimulationRow, "Which simulations.")
class RuleSimulationFilter:
    """Criteria over simulations."""

    rule_set: TextFilter | None = by(RuleSimulationRow.rule_set, "By the rule set's name.")
    state: Choice[RuleSimulationState] | None = by(RuleSimulationRow.state, "By how they stand.")
    asked_by: TextFilter | None = by(RuleSimulationRow.asked_by, "By who asked.")
    asked_at: Range[dt.datetime] | None = by(RuleSimulationRow.asked_at, "By when they were asked for.")
