"""A simulation as one page: nothing is loaded from elsewhere, and nothing in it is a program."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from graph.drawing.style import DARK, FONTS, LIGHT, Look, Paint
from graph.drawing.text import cleaned
from resolvers.decisions.books import Counted
from resolvers.decisions.sides import RESULTS
from resolvers.decisions.simulation import History, Load, Mover, Simulation, Work
from rules.engine.table import Words
from server.simulation_report import words
from server.simulation_report.charts import heat_map, lines_over_months, pair_of_bars
from server.simulation_report.words import both, outcome

_BEFORE, _AFTER = Look.SUBSIDIARY_OF, Look.REFERRED_BY
"""Whose colours the version in force and the candidate have: two that can be told apart, on light and on dark."""

_LAYOUT: Final = f"""
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 {FONTS}; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.6rem; }} h2 {{ font-size: 1.2rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; margin: .6rem 0; }}
th, td {{ padding: .3rem .7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--edge); }}
td:first-child {{ white-space: nowrap; }}
td.number, th.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
.soft {{ color: var(--soft); }}
.charts {{ display: flex; flex-wrap: wrap; gap: 1rem 2rem; }}
.wide {{ overflow-x: auto; }}
svg {{ max-width: 100%; height: auto; }}
.key::before {{ content: ""; display: inline-block; width: 1em; height: .7em; margin-right: .4em; }}
.key.before::before {{ background: var(--before); }} .key.after::before {{ background: var(--after); }}
.key {{ margin-right: 1.5em; }}
text {{ font-family: {FONTS}; }} .bold {{ font-weight: 600; }} .faded {{ stroke-dasharray: 4 3; }}
text.ink {{ fill: var(--ink); }} text.soft {{ fill: var(--soft); }} path.branch {{ stroke: var(--edge); }}
.bar.before, .dot.before {{ fill: var(--before); }} .bar.after, .dot.after {{ fill: var(--after); }}
.line {{ fill: none; stroke-width: 2; }}
.line.before {{ stroke: var(--before); }} .line.after {{ stroke: var(--after); stroke-dasharray: 6 4; }}
body {{ background: var(--canvas); color: var(--ink); }}
@media print {{ body {{ max-width: none; margin: 0; font-size: 11px; }} h2, svg, tr {{ break-inside: avoid; }} }}
"""


def page_of(found: Simulation) -> str:
    """The page, as text."""
    root = ET.Element("html", {"lang": "zh"})
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "meta", {"charset": "utf-8"})
    ET.SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    _told(head, "title", f"{both(words.TITLE)}: {found.rule_set.name}")
    ET.SubElement(head, "style").text = _colours() + _LAYOUT
    body = ET.SubElement(root, "body")
    _add_summary(body, found)
    _add_flow(body, found)
    _add_loads(body, found)
    if found.work:
        _add_work(body, found)
    if found.history is not None:
        _add_history(body, found, found.history)
    _add_movers(body, found.movers)
    return "<!doctype html>\n" + ET.tostring(root, encoding="unicode", method="html") + "\n"


def _colours() -> str:
    light, dark = (_variables(paints) for paints in (LIGHT, DARK))
    screen = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}"
    return f"\n:root {{ {light} }}\n{screen}\n"


def _variables(paints: Mapping[Look, Paint]) -> str:
    named = {"canvas": Look.CANVAS, "ink": Look.INK, "soft": Look.SOFT, "edge": Look.BRANCH}
    named |= {"before": _BEFORE, "after": _AFTER}
    return " ".join(f"--{name}: {paints[look].edge};" for name, look in named.items())


def _add_summary(body: ET.Element, found: Simulation) -> None:
    rule_set = found.rule_set
    _told(body, "h1", f"{both(words.TITLE)}: {both(rule_set.title)} ({rule_set.name})")
    against = "–" if found.against is None else f"{both(words.BEFORE)}: {rule_set.name} {found.against}"
    _told(body, "p", f"{found.at.isoformat()} · {against}").set("class", "soft")
    for text in _summary(found):
        _told(body, "p", text)
    keys = ET.SubElement(body, "p")
    for side, name in (("before", words.BEFORE), ("after", words.AFTER)):
        _told(keys, "span", both(name)).set("class", f"key {side}")


_COUNTED: Final = {Counted.CUSTOMERS: "个客户", Counted.TICKETS: "张工单", Counted.DECISIONS: "项决策"}


def _summary(found: Simulation) -> Iterator[str]:
    """What was looked at, and how much of it changes."""
    share = found.changed / found.count if found.count else 0.0
    zh, en = _COUNTED[found.counted], found.counted.value
    yield f"{found.looked_at.zh} · {found.looked_at.en}"
    yield f"{found.count:,} {zh}中有 {found.changed:,} {zh[0]}（{share:.1%}）会得到不同的结果。"
    yield f"{found.changed:,} of {found.count:,} {en} ({share:.1%}) would get another outcome."
    if found.quiet:
        outputs = ", ".join(f"{name} {count:,}" for name, count in found.quiet_outputs.most_common())
        yield f"另有 {found.quiet:,} {zh[0]} {found.output} 不变，其他结果会变：{outputs}。"
        yield f"{found.quiet:,} more would keep their {found.output} and get another {outputs}."
    if found.without_history:
        yield f"{both(words.NO_HISTORY)} {', '.join(found.without_history)}"


def _add_flow(body: ET.Element, found: Simulation) -> None:
    _headed(body, words.FLOW, words.FLOW_HOW)
    ET.SubElement(body, "div", {"class": "wide"}).append(heat_map(found))


def _add_loads(body: ET.Element, found: Simulation) -> None:
    _headed(body, words.LOADS)
    charts = ET.SubElement(body, "div", {"class": "charts"})
    loads = found.loads()
    amounts = _AMOUNTS if found.counted is Counted.CUSTOMERS else (_counts(found), *_AMOUNTS)
    for name, told, amount in amounts:
        bars = [(label, float(amount(before)), float(amount(after))) for label, (before, after) in loads.items()]
        charts.append(pair_of_bars(name, told, bars))
    heads = [(both(told), side) for _, told, _ in amounts for side in (words.BEFORE, words.AFTER)]
    rows = [
        [outcome(label), *(_amount(amount(side)) for _, _, amount in amounts for side in pair)]
        for label, pair in loads.items()
    ]
    _add_table(body, ["", *(f"{text}, {both(side)}" for text, side in heads)], rows, texts=1)


_AMOUNTS: Final[tuple[tuple[str, Words, Callable[[Load], int | Decimal]], ...]] = (
    ("customers", words.CUSTOMERS, lambda load: load.customers),
    ("exposure", words.EXPOSURE, lambda load: load.exposure),
    ("tickets", words.TICKETS, lambda load: load.open_tickets),
    ("complaints", words.COMPLAINTS, lambda load: load.open_complaints),
)


def _counts(found: Simulation) -> tuple[str, Words, Callable[[Load], int | Decimal]]:
    """How many tickets or decisions."""
    return "count", words.DECISIONS if found.counted is Counted.DECISIONS else words.COUNT, lambda load: load.subjects


def _add_work(body: ET.Element, found: Simulation) -> None:
    _headed(body, words.WORK, words.WORK_HOW)
    outcomes = found.in_order({label for work in found.work for side in (work.before, work.after) for label in side})
    heads = [(_measure(work), side) for work in found.work for side in (words.BEFORE, words.AFTER)]
    sums = [side for work in found.work for side in (work.before, work.after)]
    rows = [[outcome(label), *(_amount(each.get(label, 0)) for each in sums)] for label in outcomes]
    rows.append([both(words.IN_ALL), *(_amount(sum(each.values())) for each in sums)])
    _add_table(body, ["", *(f"{text}, {both(side)}" for text, side in heads)], rows, texts=1)


def _measure(work: Work) -> str:
    if work.name == RESULTS:
        return both(words.RESULTS)
    return f"{work.name} ({work.unit})" if work.unit else work.name


def _add_history(body: ET.Element, found: Simulation, history: History) -> None:
    _headed(body, words.HISTORY, words.HISTORY_HOW)
    if history.without_history:
        _told(body, "p", f"{both(words.NO_HISTORY)} {', '.join(history.without_history)}")
    told = (history.to_and_fro_before, history.to_and_fro_after)
    _told(body, "p", f"{both(words.TO_AND_FRO)}: {both(words.BEFORE)} {told[0]:,}, {both(words.AFTER)} {told[1]:,}")
    charts = ET.SubElement(body, "div", {"class": "charts"})
    later = history.steps[1:]  # the first month sets all right that is on record, and would dwarf the others
    changes = [(float(step.changes_before), float(step.changes_after)) for step in later]
    charts.append(lines_over_months("changes", both(words.CHANGES), later, changes))
    labels = {label for step in history.steps for side in (step.before, step.after) for label in side}
    for place, label in enumerate(found.in_order(labels)):
        counts = [(float(step.before.get(label, 0)), float(step.after.get(label, 0))) for step in history.steps]
        charts.append(
            lines_over_months(f"months-{place}", f"{outcome(label)}: {both(words.CUSTOMERS)}", history.steps, counts)
        )


def _add_movers(body: ET.Element, movers: Sequence[Mover]) -> None:
    if not movers:
        return
    of_tickets = movers[0].number is not None
    _headed(body, words.MOVERS)
    heads = (words.CODE, words.NAME, words.BEFORE, words.AFTER, words.WHY_BEFORE, words.WHY_AFTER)
    told = (*((words.NUMBER, words.SUBJECT) if of_tickets else ()), *heads)
    rows = [[*_ticket(mover), *_moved(mover)] for mover in movers]
    _add_table(body, map(both, (*told, words.VALUE, words.EXPOSURE)), rows, texts=len(told))


def _ticket(mover: Mover) -> list[str]:
    return [] if mover.number is None else [mover.number, mover.title or ""]


def _moved(mover: Mover) -> list[str]:
    return [
        mover.code or "–",
        mover.name or "–",
        outcome(mover.before),
        outcome(mover.after),
        both(mover.reason_before),
        both(mover.reason_after),
        _amount(mover.value_12m),
        _amount(mover.exposure),
    ]


def _add_table(body: ET.Element, heads: Iterable[str], rows: Iterable[Sequence[str]], *, texts: int) -> None:
    """A table whose first columns are texts, and whose others are numbers."""
    table = ET.SubElement(ET.SubElement(body, "div", {"class": "wide"}), "table")
    for tag, cells in [("th", list(heads)), *(("td", list(row)) for row in rows)]:
        line = ET.SubElement(table, "tr")
        for place, cell in enumerate(cells):
            made = _told(line, tag, cell)
            if place >= texts:
                made.set("class", "number")


def _headed(body: ET.Element, title: Words, how: Words | None = None) -> None:
    _told(body, "h2", both(title))
    if how is not None:
        for text in (how.zh, how.en):
            _told(body, "p", text).set("class", "soft")


def _told(parent: ET.Element, tag: str, text: str) -> ET.Element:
    made = ET.SubElement(parent, tag)
    made.text = cleaned(text)
    return made


def _amount(amount: int | Decimal | None) -> str:
    return "–" if amount is None else f"{amount:,}"
