"""The words in the pictures, in English and in Chinese."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from graph.port import LinkKind


class Locale(enum.StrEnum):
    """The language of the words."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True)
class Words:
    """What a picture says in one language. Braces stand for what is filled in."""

    language: str
    as_of: str
    """{day}"""
    departments: tuple[str, str]
    """{count}; of one, of several"""
    customers: tuple[str, str]
    not_drawn: tuple[str, str]
    head: str
    acting_head: str
    vacant: str
    closed: str
    department: str
    staff: str
    customer: str
    around: str
    """{number}, {name}"""
    neighbours: tuple[str, str]
    nearest: str
    """{most}"""
    alone: str
    escalation: str
    """{number}, {name}"""
    steps: tuple[str, str]
    level: str
    """{level}"""
    links: dict[LinkKind, str]

    def count(self, forms: tuple[str, str], number: int) -> str:
        """A number with its noun."""
        return forms[0 if number == 1 else 1].format(count=f"{number:,}")


EN: Final = Words(
    language="en",
    as_of="as of {day}",
    departments=("{count} department", "{count} departments"),
    customers=("{count} customer", "{count} customers"),
    not_drawn=("{count} more below", "{count} more below"),
    head="head",
    acting_head="acting head",
    vacant="nobody leads it",
    closed="closed",
    department="department",
    staff="staff",
    customer="customer",
    around="Who is near {number} {name}",
    neighbours=("{count} neighbour, two relations away at most", "{count} neighbours, two relations away at most"),
    nearest="the nearest {most} neighbours, two relations away at most",
    alone="nobody is related",
    escalation="Whom {number} {name} turns to",
    steps=("{count} step up", "{count} steps up"),
    level="level {level}",
    links={
        LinkKind.CHILD_OF: "part of",
        LinkKind.MEMBER_OF: "member of",
        LinkKind.SERVES: "serves",
        LinkKind.SUBSIDIARY_OF: "subsidiary of",
        LinkKind.REFERRED_BY: "referred by",
    },
)

ZH: Final = Words(
    language="zh",
    as_of="截至 {day}",
    departments=("{count} 个部门", "{count} 个部门"),
    customers=("{count} 个客户", "{count} 个客户"),
    not_drawn=("下级另有 {count} 个", "下级另有 {count} 个"),
    head="负责人",
    acting_head="代理负责人",
    vacant="负责人空缺",
    closed="已关闭",
    department="部门",
    staff="客户服务人员",
    customer="客户",
    around="{number} {name} 的关系网",
    neighbours=("{count} 个关联方，最多隔两层关系", "{count} 个关联方，最多隔两层关系"),
    nearest="最近的 {most} 个关联方，最多隔两层关系",
    alone="没有关联方",
    escalation="{number} {name} 的上报路径",
    steps=("向上 {count} 级", "向上 {count} 级"),
    level="第 {level} 级",
    links={
        LinkKind.CHILD_OF: "上级为",
        LinkKind.MEMBER_OF: "任职于",
        LinkKind.SERVES: "服务",
        LinkKind.SUBSIDIARY_OF: "隶属于",
        LinkKind.REFERRED_BY: "由其推荐",
    },
)


def words_in(locale: Locale) -> Words:
    """The words of a language."""
    return ZH if locale is Locale.ZH else EN
