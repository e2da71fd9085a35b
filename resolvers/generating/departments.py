"""The tree of departments: 12 to 200 of them, in three to six levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from resolvers.generating.keys import KEY_BITS, instant, key
from resolvers.generating.names import pick
from resolvers.generating.plan import DAY, WorldPlan
from resolvers.generating.rows import Page, Target
from resolvers.generating.words import PLACES

CUSTOMERS_EACH: Final = 500
FEWEST, MOST = 12, 200
BRANCHES: Final = 3
"""Children of a department on average; with 12 to 200 departments this makes three to six levels."""

BEFORE_DAWN: Final = 730 * DAY
"""How long the departments are older than the first customer."""

DEPARTMENT: Final = Target(
    "department",
    ("id", "number", "name", "scope_of_work", "parent_id", "version", "created_at", "updated_at"),
)

_ROOT: Final = {"zh": "客户服务中心", "en": "Customer service"}
_DIVISIONS: Final = {
    "zh": ("东区服务部", "南区服务部", "北区服务部"),
    "en": ("Service east", "Service south", "Service north"),
}
_TASKS: Final = {
    "zh": ("客户咨询", "投诉处理", "维修服务", "安装服务", "大客户", "回访", "售后支持", "呼叫中心", "信用管理"),
    "en": (
        "Consultation",
        "Complaints",
        "Repairs",
        "Installation",
        "Key accounts",
        "Callbacks",
        "Support",
        "Calls",
        "Credit",
    ),
}
_SCOPE: Final = {"zh": "负责{0}及相关客户档案", "en": "{0}, and the files of its customers"}


@dataclass(frozen=True, slots=True)
class Department:
    """One department; `place` is its place in the list, `level` counts from 0 at the top."""

    place: int
    id: str
    name: str
    parent: int | None
    level: int


def department_count(plan: WorldPlan) -> int:
    """How many departments serve so many customers."""
    return min(max(plan.customers // CUSTOMERS_EACH, FEWEST), MOST)


def draw_departments(plan: WorldPlan) -> tuple[list[Department], Page]:
    """The departments, parents before children, and their rows."""
    random = plan.stream("departments")
    born = plan.dawn - BEFORE_DAWN
    departments: list[Department] = []
    page = Page(DEPARTMENT, [])
    for place in range(department_count(plan)):
        level, above = _level(place)
        parent = above[int(random.random() * len(above))] if above else None
        language = pick(random, plan.languages)
        name = _name(place, level, language, pick(random, PLACES[language]).short, pick(random, _TASKS[language]))
        department = Department(place, key(born + place, random.getrandbits(KEY_BITS)), name, parent, level)
        departments.append(department)
        parent_id = None if parent is None else departments[parent].id
        at = instant(born + place)
        scope = _SCOPE[language].format(name)
        page.rows.append((department.id, f"D-{place + 1:03d}", name, scope, parent_id, 1, at, at))
    return departments, page


def _level(place: int) -> tuple[int, range]:
    """The level of a place, when each level has three times as many places as the one above, and that one's places."""
    level, above, start, end = 0, range(0), 0, 1
    while place >= end:
        level, above = level + 1, range(start, end)
        start, end = end, end + BRANCHES ** (level)
    return level, above


def _name(place: int, level: int, language: str, city: str, task: str) -> str:
    """A department's name: the top and the divisions have fixed ones."""
    if level == 0:
        return _ROOT[language]
    if level == 1:
        return _DIVISIONS[language][place - 1]
    return f"{city}{task}组" if language == "zh" else f"{task} {city}"
