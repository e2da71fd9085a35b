"""The words of a report, in Chinese and English side by side."""

from __future__ import annotations

from typing import Final

from resolvers.decisions.sides import NO_OUTPUT, NO_ROW, NOT_IN_FORCE, REFUSED
from rules.engine.table import Words

TITLE: Final = Words("规则试算", "Simulation")
SUMMARY: Final = Words("概要", "In short")
FLOW: Final = Words("谁会变动", "Who would move")
FLOW_HOW: Final = Words(
    "每行是现行规则的结果，每列是候选规则的结果；对角线上不变。颜色深浅为占该行的比例。",
    "Rows: by the version in force. Columns: by the candidate. On the diagonal nothing changes. The darker, the larger "
    "the share of its row.",
)
LOADS: Final = Words("客户、敞口与工作量", "Customers, exposure and work")
MOVERS: Final = Words("变动者中消费最高的客户", "Those who spend most among the movers")
HISTORY: Final = Words("按月回放", "Month by month")
HISTORY_HOW: Final = Words(
    "两个版本各自从自己上月给出的等级接着算。",
    "Each version goes on from the grades that it gave itself the month before.",
)
CHANGES: Final = Words("当月变动的客户数", "Customers who change in a month")
NO_HISTORY: Final = Words("没有历史、按今日取值的事实：", "Facts without history, taken as they are now:")
BEFORE: Final = Words("现行", "in force")
AFTER: Final = Words("候选", "candidate")
CUSTOMERS: Final = Words("客户数", "customers")
EXPOSURE: Final = Words("敞口（元）", "exposure (yuan)")
TICKETS: Final = Words("未结工单", "open tickets")
COMPLAINTS: Final = Words("未结投诉", "open complaints")
CODE: Final = Words("编号", "code")
NAME: Final = Words("名称", "name")
VALUE: Final = Words("近 12 个月消费（元）", "spent in 12 months (yuan)")
WHY_BEFORE: Final = Words("现行的理由", "why, in force")
WHY_AFTER: Final = Words("候选的理由", "why, candidate")
COUNT: Final = Words("工单数", "tickets")
DECISIONS: Final = Words("决策数", "decisions")
NUMBER: Final = Words("工单号", "ticket")
SUBJECT: Final = Words("主题", "title")
WORK: Final = Words("规则要求的工作量", "What the rules ask for")
WORK_HOW: Final = Words(
    "各项结果之和；真假值为“真”的个数。一个对象有几项结果时，逐项计入。",
    "Sums of the results; of what is true or false, how many are true. Where there are several results, each counts.",
)
IN_ALL: Final = Words("合计", "in all")
RESULTS: Final = Words("结果数", "results")
TO_AND_FRO: Final = Words("来回变动的客户", "customers who go to and fro")

OUTCOMES: Final = {
    REFUSED: Words("不作决定", "refused"),
    NO_ROW: Words("无规则符合", "no row"),
    NOT_IN_FORCE: Words("尚无现行版本", "not in force"),
    NO_OUTPUT: Words("无此项结果", "no such output"),
}


def both(words: Words, between: str = " · ") -> str:
    """Both languages, one after the other."""
    return between.join(filter(None, (words.zh, words.en)))


def outcome(label: str) -> str:
    """An outcome as a report names it."""
    return both(OUTCOMES[label]) if label in OUTCOMES else label
