"""`c360 rules simulate` and `c360 rules shadow`: what they print and write, and how they refuse."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import sqlalchemy as sa

from resolvers.decisions.grading import grade_customers
from resolvers.decisions.making import Asking
from resolvers.rule_sets.library import LIBRARY
from server.simulation_report.table import HEADING, OF_TICKETS, harmless
from store import schema_version
from store.customer import CustomerRow
from store.ledger import LedgerKind
from store.ticket import Severity, TicketKind
from tests.decisions.test_simulating import CHAINED
from tests.factories import NOW
from tests.factories.customer import add_customer
from tests.factories.ledger import add_entry
from tests.factories.ticket import add_ticket
from tests.rules.writing import rule_text
from tests.server.running_cli import c360
from tests.stores import opened

EVIL = '=HYPERLINK("http://example.org","<b>甲</b>")'
AS_OF = ("--as-of", NOW.isoformat())


@pytest.fixture
def url(tmp_path, monkeypatch) -> str:
    """A record with three customers, of whom one has a name that a spreadsheet would run."""
    monkeypatch.chdir(tmp_path)
    url = f"sqlite+aiosqlite:///{tmp_path}/record.db"
    asyncio.run(_filled(url))
    return url


async def _filled(url: str) -> None:
    await schema_version.upgrade(url)
    async with opened(url) as database, database.transaction() as session:
        for name, amount in ((EVIL, 300_000), ("Beta", 600_000), ("Gamma", 50)):
            customer = await add_customer(session, name=name)
            await add_entry(session, customer, LedgerKind.INVOICE, amount * 100)


async def _graded(url: str) -> None:
    async with opened(url) as database:
        async with database.transaction() as session:
            ids = (await session.scalars(sa.select(CustomerRow.id))).all()
        async for _ in grade_customers(database, Asking("test", NOW), ids):
            pass


@pytest.fixture
def lower(tmp_path) -> Path:
    """The shipped grading with a lower bar for VIPs, and its cases without those that this breaks."""
    text = (LIBRARY / "grading" / "grading.yaml").read_text("utf-8")
    (tmp_path / "lower.yaml").write_text(text.replace(">= 50万", ">= 25万"), "utf-8")
    cases = (LIBRARY / "grading" / "grading_test.yaml").read_text("utf-8").splitlines(keepends=True)
    broken = ("差一分钱不升 VIP", "VIP 差一分钱降为重要", "VIP 在保级线上")
    kept = [line for line in cases if not any(name in line for name in broken)]
    (tmp_path / "lower_test.yaml").write_text("".join(kept), "utf-8")
    return tmp_path / "lower.yaml"


def test_it_prints_who_would_move_what_that_does_and_who_they_are(capsys, url, lower):
    ran = c360(capsys, "rules", "simulate", str(lower), "--database", url, *AS_OF, "--since", "2026-01-15")

    assert ran.code == 0
    assert "against version 1, in force" in ran.out
    assert "1 of 3 customers (33.3%) would get another outcome." in ran.out
    assert re.search(r"KEY +│ +1 │", ran.out)
    assert "KEY → VIP, spent 300,000.00" in ran.out
    assert "近 12 个月消费 300,000.00 元" in ran.out
    assert "2026-02-15" in ran.out


def test_json_has_the_same_for_programs(capsys, url, lower):
    ran = c360(capsys, "rules", "simulate", str(lower), "--database", url, *AS_OF, "--since", "2026-02-15", "--json")

    found = json.loads(ran.out)
    assert (found["rule_set"], found["against"], found["customers"], found["changed"]) == ("grading", 1, 3, 1)
    assert {(each["before"], each["after"]): each["customers"] for each in found["moves"]} == {
        ("KEY", "VIP"): 1,
        ("VIP", "VIP"): 1,
        ("NORMAL", "NORMAL"): 1,
    }
    assert found["outcomes"]["VIP"]["after"]["exposure"] == "900000.00"
    assert [each["name"] for each in found["movers"]] == [EVIL]
    assert [month["at"] for month in found["history"]["months"]] == ["2026-02-15T00:00:00+00:00"]


def test_the_report_is_one_page_that_runs_nothing_and_loads_nothing(capsys, url, lower, tmp_path):
    page = tmp_path / "report.html"

    c360(
        capsys, "rules", "simulate", str(lower), "--database", url, *AS_OF, "--since", "2025-12-02", "--html", str(page)
    )

    text = page.read_text("utf-8")
    assert "<b>甲</b>" not in text
    assert "&lt;b&gt;甲&lt;/b&gt;" in text
    assert not re.search(r"<script|<link|<iframe|\bsrc=|url\(|@import|\bon\w+=", text)
    assert {"谁会变动 · Who would move", "按月回放 · Month by month"} <= set(re.findall(r"<h2>(.*?)</h2>", text))
    pictures = [ET.fromstring(each) for each in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]
    titles = [picture.find("{http://www.w3.org/2000/svg}title") for picture in pictures]
    assert len({title.get("id") for title in titles}) == len(pictures) >= 6
    assert "@media print" in text
    assert "prefers-color-scheme: dark" in text


def test_the_table_has_all_who_change_and_no_formula(capsys, url, lower, tmp_path):
    table = tmp_path / "movers.csv"

    c360(capsys, "rules", "simulate", str(lower), "--database", url, *AS_OF, "--csv", str(table))

    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    heading, row = csv.reader(table.read_text("utf-8-sig").splitlines(keepends=True))
    assert tuple(heading) == HEADING
    assert row[1:6] == [f"'{EVIL}", "KEY", "VIP", "300000.00", "300000.00"]
    assert [path.name for path in tmp_path.iterdir() if "movers" in path.name] == ["movers.csv"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "  =1", "＝1", "\r=1"])
def test_what_begins_a_formula_gets_an_apostrophe(text):
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "yesterday"), "is no day"),
        (("--as-of", "now"), "is no instant"),
        (("--since", "2026-03-03", *AS_OF), "is after 2026-03-02"),
        (("--csv", "nowhere/out.csv"), "There is no folder nowhere"),
        (("--html", "nowhere/out.html"), "There is no folder nowhere"),
    ],
)
def test_wrong_use_is_said_in_words(capsys, url, lower, options, said):
    ran = c360(capsys, "rules", "simulate", str(lower), "--database", url, *options)

    assert ran.code == 2
    assert said in ran.err


def test_a_broken_file_is_told_with_its_places(capsys, url, tmp_path):
    (tmp_path / "broken.yaml").write_text("rule_set: grading\n", "utf-8")

    ran = c360(capsys, "rules", "simulate", str(tmp_path / "broken.yaml"), "--database", url)

    assert ran.code == 1
    assert "broken.yaml:1:1: the key title is missing" in ran.err


def test_a_rule_set_with_its_own_inputs_is_refused(capsys, url, tmp_path):
    (tmp_path / "fees.yaml").write_text(rule_text(), "utf-8")

    ran = c360(capsys, "rules", "simulate", str(tmp_path / "fees.yaml"), "--database", url)

    assert ran.code == 1
    assert "fees is about inputs of its own, of which nothing is on record" in ran.err


@pytest.fixture
def sooner(tmp_path) -> Path:
    """The shipped service level with a higher level for the serious, and a sooner end for the rest."""
    text = (LIBRARY / "service_level" / "service_level.yaml").read_text("utf-8")
    text = text.replace("| HIGH     | -             | standard ", "| HIGH     | -             | priority ")
    text = text.replace("| 960                | 40 ", "| 960                | 32 ")
    (tmp_path / "sooner.yaml").write_text(text, "utf-8")
    return tmp_path / "sooner.yaml"


OF_THE_NETWORK = """\
rule_set: service_level
title: {zh: 甲, en: A}
owner: nobody
about: ticket
reads: [group_exposure]
outputs: {level: {type: enum, values: [basic]}}
hit_policy: FIRST
table: |
  | row | group_exposure | => level |
  | one | -              | basic    |
"""


async def _with_tickets(url: str) -> None:
    async with opened(url) as database, database.transaction() as session:
        customer = (await session.scalars(sa.select(CustomerRow).where(CustomerRow.name == EVIL))).one()
        how = {"kind": TicketKind.FAULT, "severity": Severity.HIGH, "subject": "=1+1", "number": "T-1"}
        await add_ticket(session, customer, **how)
        await add_ticket(session, customer, opened_at=NOW - dt.timedelta(days=40))


def test_of_tickets_it_prints_which_change_whose_they_are_and_what_the_rules_ask_for(capsys, url, sooner):
    asyncio.run(_with_tickets(url))

    ran = c360(capsys, "rules", "simulate", str(sooner), "--database", url, *AS_OF)

    assert ran.code == 0
    assert "Looked at: tickets that are open or were opened since 2025-12-02" in ran.out
    assert "T-1 =1+1, " in ran.out
    assert "standard → priority, spent 300,000.00" in ran.out
    assert "1 of 2 tickets (50.0%) would get another outcome." in ran.out
    assert "1 more would keep their level and get another resolution_hours (1)" in ran.out
    assert re.search(r"in all +│ +in force │ +360 │ +1,440 │ +64 │ +0 │", ran.out)


def test_of_tickets_the_json_and_the_table_say_so(capsys, url, sooner, tmp_path):
    asyncio.run(_with_tickets(url))
    options = ("--database", url, *AS_OF, "--since", "2026-02-01", "--csv", str(tmp_path / "movers.csv"))

    ran = c360(capsys, "rules", "simulate", str(sooner), *options, "--json")

    found = json.loads(ran.out)
    assert (found["about"], found["output"], found["count"], found["customers"]) == ("ticket", "level", 1, 1)
    assert found["looked_at"]["en"] == "tickets opened since 2026-02-01, as they were then"
    assert [(each["number"], each["title"], each["code"]) for each in found["movers"]] == [
        ("T-1", "=1+1", found["movers"][0]["code"])
    ]
    assert {each["name"]: each["after"] for each in found["work"]}["resolution_hours"] == {"priority": "24"}
    heading, row = csv.reader((tmp_path / "movers.csv").read_text("utf-8-sig").splitlines(keepends=True))
    assert tuple(heading) == (*OF_TICKETS, *HEADING)
    assert row[:2] == ["T-1", "'=1+1"]
    assert row[4:6] == ["standard", "priority"]


def test_of_tickets_the_report_counts_tickets(capsys, url, sooner, tmp_path):
    asyncio.run(_with_tickets(url))
    page = tmp_path / "report.html"

    c360(capsys, "rules", "simulate", str(sooner), "--database", url, *AS_OF, "--html", str(page))

    text = page.read_text("utf-8")
    assert "1 of 2 tickets (50.0%) would get another outcome." in text
    assert "2 张工单中有 1 张" in text
    assert {"规则要求的工作量 · What the rules ask for"} <= set(re.findall(r"<h2>(.*?)</h2>", text))
    assert "<th>工单号 · ticket</th>" in text
    assert "<td>T-1</td>" in text


def test_another_output_can_tell_outcomes_apart(capsys, url, sooner):
    asyncio.run(_with_tickets(url))
    options = ("--database", url, *AS_OF, "--output")

    by_hours = c360(capsys, "rules", "simulate", str(sooner), *options, "resolution_hours")
    by_nothing = c360(capsys, "rules", "simulate", str(sooner), *options, "colour")

    assert "40 → 32" in by_hours.out
    assert by_nothing.code == 2
    assert "service_level gives level, calendar, first_reply_minutes" in by_nothing.err


def test_a_fact_that_nothing_tells_of_new_tickets_is_refused_in_words(capsys, url, sooner):
    asyncio.run(_with_tickets(url))
    sooner.write_text(OF_THE_NETWORK, "utf-8")

    ran = c360(capsys, "rules", "simulate", str(sooner), "--database", url, *AS_OF)

    assert ran.code == 1
    assert "nothing computes group_exposure about customers" in ran.err


def test_a_rating_is_simulated_with_the_score_that_is_in_force(capsys, url):
    rules = str(LIBRARY / "credit" / "credit_band.yaml")

    ran = c360(capsys, "rules", "simulate", rules, "--database", url, *AS_OF, "--json")
    since = c360(capsys, "rules", "simulate", rules, "--database", url, *AS_OF, "--since", "2026-01-01")

    found = json.loads(ran.out)
    assert (found["about"], found["counted"], found["count"], found["customers"]) == ("customer", "customers", 3, 3)
    assert found["looked_at"]["zh"] == "所有客户，按现行的 credit_score（版本 1）的结果"
    assert (since.code, "credit_band has decided nothing since 2026-01-01" in since.err) == (1, True)
    assert "name an earlier day, or leave --since out" in since.err


def test_where_nothing_is_on_record_it_is_said_what_to_use_instead(capsys, url):
    rules = str(LIBRARY / "approval" / "approval_routes.yaml")

    ran = c360(capsys, "rules", "simulate", rules, "--database", url, *AS_OF)

    assert ran.code == 1
    assert "approval_routes is about a request, of which nothing is on record to run it over" in ran.err
    assert "c360 rules diff" in ran.err


def test_rules_that_chain_are_simulated(capsys, url, tmp_path):
    (tmp_path / "chain.yaml").write_text(CHAINED, "utf-8")

    ran = c360(capsys, "rules", "simulate", str(tmp_path / "chain.yaml"), "--database", url, *AS_OF)

    assert ran.code == 0
    assert "VIP → KEY" in ran.out
    assert "spent much" in ran.out


def test_a_shadow_is_started_shown_and_stopped(capsys, url, lower):
    started = c360(capsys, "rules", "shadow", "start", str(lower), "--database", url)
    again = c360(capsys, "rules", "shadow", "start", str(lower), "--database", url)
    asyncio.run(_graded(url))
    shown = c360(capsys, "rules", "shadow", "status", "--database", url)
    data = json.loads(c360(capsys, "rules", "shadow", "status", "--database", url, "--json").out)
    stopped = c360(capsys, "rules", "shadow", "stop", "grading", "--database", url)
    nothing = c360(capsys, "rules", "shadow", "stop", "grading", "--database", url)

    assert (started.code, again.code, stopped.code, nothing.code) == (0, 1, 0, 1)
    assert "stop it first" in again.err
    assert "3 decisions, differs in 1 (33.3%)" in shown.out
    assert "3 decisions, differs in 1 (33.3%)" in stopped.out
    assert json.loads(data[0]["differences"][0]["shadow"]) == [{"grade": "VIP", "hold": False}]
    assert "no shadow of grading runs" in nothing.err


def test_where_no_shadow_ran_it_is_said(capsys, url):
    assert c360(capsys, "rules", "shadow", "status", "--database", url).out == "No shadow runs, and none ran.\n"


def test_a_candidate_that_fails_its_cases_gets_no_shadow(capsys, url, lower):
    lower.write_text(lower.read_text("utf-8").replace(">= 25万", ">= 90万"), "utf-8")

    ran = c360(capsys, "rules", "shadow", "start", str(lower), "--database", url)

    assert ran.code == 1
    assert "cases fail" in ran.err
