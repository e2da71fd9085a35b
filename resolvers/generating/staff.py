"""The people who serve: 30 to 2,000, each in one department, with their courses and their past."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from resolvers.generating.chance import wheel
from resolvers.generating.departments import Department
from resolvers.generating.keys import KEY_BITS, date, instant, key
from resolvers.generating.names import Named, person, pick
from resolvers.generating.plan import DAY, WORLD_DAYS, WorldPlan
from resolvers.generating.rows import Page, Row, Target
from resolvers.generating.words import STREETS
from store.search import tokens
from store.staff import MembershipRole, StaffStatus

CUSTOMERS_EACH: Final = 50
FEWEST, MOST = 30, 2_000
FOREVER: Final = 2**62
"""When someone leaves who has not left."""

STAFF: Final = Target(
    "staff",
    (
        *("id", "number", "name", "title", "status", "email", "phone", "mobile", "languages", "skills", "joined_on"),
        *("left_on", "birthday", "home_address", "emergency_contact", "identity_number"),
        *("version", "created_at", "updated_at"),
    ),
)
STAFF_TOKEN: Final = Target("staff_token", ("token", "staff_id"))
MEMBERSHIP: Final = Target("membership", ("id", "staff_id", "department_id", "role", "since", "until"))
TRAINING: Final = Target("training_record", ("id", "staff_id", "course", "provider", "completed_on", "result"))
HISTORY: Final = Target("work_history", ("id", "staff_id", "organisation", "position", "since", "until"))

_STATUS: Final = wheel({StaffStatus.ACTIVE: 91, StaffStatus.ON_LEAVE: 3, StaffStatus.LEFT: 6})
_TITLES: Final = {
    "zh": ("客服专员", "投诉处理专员", "维修工程师", "安装工程师", "客户经理", "回访专员"),
    "en": ("Service agent", "Complaint agent", "Repair engineer", "Installation engineer", "Account manager", "Caller"),
}
_SKILLS: Final = {
    "zh": ("沟通", "产品知识", "电气维修", "投诉调解", "数据分析", "英语"),
    "en": ("communication", "products", "electrical repair", "mediation", "data analysis", "Chinese"),
}
_COURSES: Final = {
    "zh": ("服务礼仪", "投诉处理", "产品基础", "信息保密", "电话技巧", "安全生产"),
    "en": ("Manners of service", "Handling complaints", "Products", "Confidentiality", "On the telephone", "Safety"),
}
_PROVIDERS: Final = {"zh": "内部培训", "en": "In-house"}
_FORMERLY: Final = {
    "zh": ("前进电器服务公司", "东方商贸", "安达物流", "长城电子"),
    "en": ("Northgate Services", "Harbour Retail", "Swan Logistics", "Beacon Electronics"),
}
_RESULTS: Final = ("A", "A", "B", "B", "C", "FAILED", None, None)


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the staff; works here from `joined` until before `left` (seconds since 1970)."""

    id: str
    number: str
    department: Department
    joined: int
    left: int
    is_active: bool

    def works_at(self, second: int) -> bool:
        """Whether this person worked here at a moment."""
        return self.joined <= second < self.left


@dataclass(frozen=True, slots=True)
class Frame:
    """Departments and staff: what every customer of a world shares.

    `teams` holds the staff of each department. The first of a team was there before the first customer, and still
    is: there is somebody for every customer on every day.
    """

    departments: list[Department]
    teams: list[list[Member]]
    pages: list[Page]


def staff_count(plan: WorldPlan, departments: int) -> int:
    """How many people serve so many customers; at least one in each department."""
    return max(min(max(plan.customers // CUSTOMERS_EACH, FEWEST), MOST), departments)


def draw_staff(plan: WorldPlan, departments: list[Department]) -> Frame:
    """The staff of all departments, and their rows."""
    random = plan.stream("staff")
    teams: list[list[Member]] = [[] for _ in departments]
    targets = (STAFF, STAFF_TOKEN, MEMBERSHIP, TRAINING, HISTORY)
    pages = {target.table: Page(target, []) for target in targets}
    for place in range(staff_count(plan, len(departments))):
        founder = place < len(departments)
        department = departments[place if founder else int(len(departments) * random.random())]
        member = _member(random, plan, place, department, founder=founder)
        role = _role(random, len(teams[department.place]), top=department.level == 0)
        teams[department.place].append(member)
        _write(random, plan, pages, member, role)
    return Frame(departments, teams, list(pages.values()))


def _member(random: Random, plan: WorldPlan, place: int, department: Department, *, founder: bool) -> Member:
    """One person: a founder joined before the first customer; the others since, and some have left."""
    status = StaffStatus.ACTIVE if founder else _STATUS[random.getrandbits(8)]
    years = WORLD_DAYS * DAY
    joined = plan.dawn - int(random.random() * 400 * DAY) if founder else plan.dawn + int(random.random() * years * 0.9)
    left = FOREVER
    if status == StaffStatus.LEFT:
        left = joined + int((plan.now - joined) * (0.2 + 0.7 * random.random()))
    id_ = key(joined, random.getrandbits(KEY_BITS))
    return Member(id_, f"S-{place + 1:04d}", department, joined, left, status == StaffStatus.ACTIVE)


def _role(random: Random, already: int, *, top: bool) -> MembershipRole:
    """The first of a team heads it mostly; the second may stand in for the head."""
    if already == 0:
        return MembershipRole.HEAD if top or random.random() < 0.9 else MembershipRole.MEMBER
    return MembershipRole.DEPUTY if already == 1 and random.random() < 0.5 else MembershipRole.MEMBER


def _write(random: Random, plan: WorldPlan, pages: dict[str, Page], member: Member, role: MembershipRole) -> None:
    """Add the rows of one person."""
    language = pick(random, plan.languages)
    named = person(random, language)
    left_on = None if member.left == FOREVER else date(member.left)
    membership = key(member.joined, random.getrandbits(KEY_BITS))
    pages["staff"].rows.append(_row(random, plan, member, named, language))
    pages["staff_token"].rows.extend((token, member.id) for token in sorted(tokens(named.name, member.number)))
    pages["membership"].rows.append(
        (membership, member.id, member.department.id, role, date(member.joined), left_on),
    )
    pages["training_record"].rows.extend(_training(random, plan, member, language))
    pages["work_history"].rows.extend(_history(random, member, language))


def _row(random: Random, plan: WorldPlan, member: Member, named: Named, language: str) -> Row:
    """The archive of one person."""
    has_left = member.left != FOREVER
    status = StaffStatus.LEFT if has_left else StaffStatus.ACTIVE if member.is_active else StaffStatus.ON_LEAVE
    changed = member.left if has_left else member.joined
    digits = f"{random.randrange(10**8):08d}"
    return (
        *(member.id, member.number, named.name, pick(random, _TITLES[language]), status),
        *(f"{named.latin}.{member.number[2:]}@service.example", f"+86 100 {digits[:4]}", f"+86 100 {digits}"),
        *(", ".join(plan.languages), ", ".join(sorted({pick(random, _SKILLS[language]) for _ in range(2)}))),
        *(date(member.joined), date(member.left) if has_left else None),
        date(member.joined - int((20 + 25 * random.random()) * 365 * DAY)),
        f"{pick(random, STREETS[language])} {1 + int(random.random() * 300)}",
        f"{person(random, language).name} +86 100 {digits[::-1]}",
        f"ID-{digits}-{member.number[2:]}",
        *(1 + has_left, instant(member.joined), instant(changed)),
    )


def _training(random: Random, plan: WorldPlan, member: Member, language: str) -> list[Row]:
    """Up to four courses, between joining and leaving."""
    rows: list[Row] = []
    for _ in range(int(random.random() * 5)):
        taken = member.joined + int(random.random() * (min(member.left, plan.now) - member.joined))
        result = pick(random, _RESULTS)
        identity = key(taken, random.getrandbits(KEY_BITS))
        course = pick(random, _COURSES[language])
        rows.append((identity, member.id, course, _PROVIDERS[language], date(taken), result))
    return rows


def _history(random: Random, member: Member, language: str) -> list[Row]:
    """Up to three positions elsewhere, one after the other, the last until joining."""
    rows: list[Row] = []
    until = member.joined
    for _ in range(int(random.random() * 4)):
        since = until - int((0.5 + 3 * random.random()) * 365 * DAY)
        identity = key(since, random.getrandbits(KEY_BITS))
        position = pick(random, _TITLES[language])
        rows.append((identity, member.id, pick(random, _FORMERLY[language]), position, date(since), date(until)))
        until = since
    return rows
