"""The network that `make bench-graph` asks about: the same rows on both stores, each kept for the next run."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

from resolvers.generating.assignments import ASSIGNMENT
from resolvers.generating.credit import CREDIT_ACCOUNT
from resolvers.generating.departments import DEPARTMENT
from resolvers.generating.keys import KEY_BITS, date, instant, key
from resolvers.generating.plan import DAY
from resolvers.generating.referrals import count_referrals
from resolvers.generating.relations import RELATION
from resolvers.generating.rows import Page, Row, Target
from resolvers.generating.staff import MEMBERSHIP, STAFF
from resolvers.generating.writing import open_writer
from store import schema_version
from store.relation import RelationKind
from store.session import Database
from tests.bench.cluster import Cluster

LEVELS = (1, 4, 12, 36, 60, 87)
"""Departments on each level of the tree, from the top: 200."""
STAFF_MEMBERS, CUSTOMERS, REFERRALS = 2_000, 100_000, 150_000
GROUPS, SUBSIDIARIES, DEEPEST = 20_000, 50_000, 3
"""Tops of corporate groups, members below them, and levels below a top."""
OWNED, BACKED, FORMER = 85_000, 15_000, 20_000
"""Customers with an owner, with a backup, and assignments that have ended: 120,000."""
TODAY = dt.date(2026, 3, 2)
NOW = int(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC).timestamp())
BORN = NOW - 3_000 * DAY

CUSTOMER = Target(
    "customer",
    (
        *("id", "code", "kind", "name", "status", "department_id"),
        *("last_activity_at", "version", "created_at", "updated_at"),
    ),
)
KEPT = Path(__file__).parents[2] / "var" / "bench"
"""Where the worlds on SQLite are kept."""


def name() -> str:
    """The name of this world in today's tables; another one for another way to make it."""
    return f"c360_bench_graph_{schema_version.head()}_{zlib.crc32(Path(__file__).read_bytes()):08x}"


def on_postgresql(cluster: Cluster) -> str:
    """The database with the world, made unless the cluster has it from an earlier run; gives its name."""
    if not cluster.has(name()):
        for (old,) in cluster.rows("SELECT datname FROM pg_database WHERE datname LIKE 'c360_bench_graph_%'"):
            cluster.run(f'DROP DATABASE "{old}" WITH (FORCE)')
        dsn = cluster.recreate("c360_bench_building")
        _make(dsn.replace("postgresql:", "postgresql+asyncpg:"), "PostgreSQL")
        cluster.run("VACUUM ANALYZE", database="c360_bench_building")
        cluster.run("CHECKPOINT")
        cluster.run(f'ALTER DATABASE c360_bench_building RENAME TO "{name()}"')
    return name()


def on_sqlite() -> Path:
    """The file with the world, made unless it is there from an earlier run."""
    file = KEPT / f"{name()}.db"
    if not file.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        building = KEPT / "building.db"
        for old in (*KEPT.glob("building.db*"), *KEPT.glob("c360_bench_graph_*")):
            old.unlink()
        _make(f"sqlite+aiosqlite:///{building}", "SQLite")
        building.rename(file)
    return file


def _make(url: str, store: str) -> None:
    began = time.monotonic()
    asyncio.run(_fill(url))
    print(f"The network on {store}, made in {time.monotonic() - began:.0f} s", flush=True)


async def _fill(url: str) -> None:
    await schema_version.upgrade(url)
    database = Database(url)
    try:
        async with database.transaction(idle_ms=0) as session:
            connection = await session.connection()
            writer = await open_writer(connection)
            await writer.lock()
            await writer.clear()
            for page in pages():
                await writer.write(writer.pack(page))
            await count_referrals(connection)
            await writer.restore(lambda done, total: None)
    finally:
        await database.close()


def pages() -> Iterator[Page]:
    """All rows of the world, those first that others refer to."""
    random = Random("network")
    departments = _departments(random)
    yield Page(DEPARTMENT, departments)
    staff = _staff(random)
    yield Page(STAFF, staff)
    yield Page(MEMBERSHIP, list(_memberships(random, staff, departments)))
    customers = _customers(random, departments)
    yield Page(CUSTOMER, customers)
    keys = [str(row[0]) for row in customers]
    yield Page(ASSIGNMENT, list(_assignments(random, keys, [str(row[0]) for row in staff])))
    yield Page(RELATION, [*_groups(random, keys), *_referrals(random, keys)])
    yield Page(CREDIT_ACCOUNT, list(_accounts(random, keys)))


def _key(random: Random, second: int = BORN) -> str:
    return key(second, random.getrandbits(KEY_BITS))


def _departments(random: Random) -> list[Row]:
    """The tree, level by level; each department below one of the level above."""
    found: list[Row] = []
    above: list[str] = []
    for size in LEVELS:
        level: list[str] = []
        for _ in range(size):
            one, parent = _key(random), random.choice(above) if above else None
            named = (one, f"D-{len(found):03d}", f"部门 {len(found)}", None, parent)
            found.append((*named, 1, instant(BORN), instant(BORN)))
            level.append(one)
        above = level
    return found


def _staff(random: Random) -> list[Row]:
    """Everybody: nine in ten work, few are on leave, few have left."""
    skills = ("billing", "repairs", "complaints", "law", "installation", "credit", "安装", "回访")
    tongues = ("zh", "en", "fr", "de")
    found: list[Row] = []
    for number in range(STAFF_MEMBERS):
        status = random.choices(("ACTIVE", "ON_LEAVE", "LEFT"), (91, 3, 6))[0]
        left = date(NOW - random.randrange(900) * DAY) if status == "LEFT" else None
        known = {
            "id": _key(random),
            "number": f"S-{number:04d}",
            "name": f"王芳 {number}",
            "status": status,
            "languages": ", ".join(random.sample(tongues, 2)),
            "skills": ", ".join(random.sample(skills, 3)),
            "left_on": left,
            "version": 1,
            "created_at": instant(BORN),
            "updated_at": instant(BORN),
        }
        found.append(tuple(known.get(column) for column in STAFF.columns))
    return found


def _memberships(random: Random, staff: list[Row], departments: list[Row]) -> Iterator[Row]:
    """A place for everybody, and a former one for one in five; the first of a department leads it mostly."""
    led: set[str] = set()
    for person in staff:
        department = random.choice(departments)[0]
        role = "MEMBER"
        if department not in led:
            led.add(str(department))
            role = random.choices(("HEAD", "ACTING_HEAD"), (9, 1))[0]
        since = NOW - random.randrange(300, 2_000) * DAY
        yield (_key(random, since), person[0], department, role, date(since), None)
        if random.random() < 0.2:
            former = since - random.randrange(100, 900) * DAY
            yield (_key(random), person[0], random.choice(departments)[0], "MEMBER", date(former), date(since))


def _customers(random: Random, departments: list[Row]) -> list[Row]:
    """The customers, eldest first."""
    found: list[Row] = []
    for number in range(CUSTOMERS):
        second = BORN + number * 2_500
        at, of = instant(second), random.choice(departments)[0]
        row = (_key(random, second), f"C-{number:06d}", "ORGANISATION", f"Contoso {number}", "ACTIVE", of)
        found.append((*row, at, 1, at, at))
    return found


def _assignments(random: Random, customers: list[str], staff: list[str]) -> Iterator[Row]:
    """Owners of most customers, backups of some, and former owners."""

    def row(customer: str, role: str, since: int, until: int | None) -> Row:
        ended = None if until is None else date(until)
        return (_key(random, since), customer, random.choice(staff), role, date(since), ended, instant(since))

    for customer in random.sample(customers, OWNED):
        yield row(customer, "OWNER", NOW - random.randrange(500) * DAY, None)
    for customer in random.sample(customers, BACKED):
        yield row(customer, "BACKUP", NOW - random.randrange(500) * DAY, None)
    for customer in random.sample(customers, FORMER):
        yield row(customer, "OWNER", BORN, NOW - random.randrange(501, 1_000) * DAY)


def _relation(random: Random, one: str, other: str, kind: RelationKind, *, ended: float) -> Row:
    since = NOW - random.randrange(400, 2_000) * DAY
    until = date(NOW - random.randrange(400) * DAY) if random.random() < ended else None
    return (_key(random, since), one, other, kind.value, date(since), until)


def _groups(random: Random, customers: list[str]) -> Iterator[Row]:
    """Groups: a few are large, most have one member or two below the top."""
    members = random.sample(customers, GROUPS + SUBSIDIARIES)
    groups = [[(top, 0)] for top in members[:GROUPS]]
    for place, member in enumerate(members[GROUPS:]):
        group = groups[place if place < GROUPS else int(GROUPS * random.random() ** 2)]
        parent, level = random.choice([one for one in group if one[1] < DEEPEST])
        group.append((member, level + 1))
        yield _relation(random, member, parent, RelationKind.SUBSIDIARY_OF, ended=0.0)


def _referrals(random: Random, customers: list[str]) -> Iterator[Row]:
    """Who was referred by whom, always by an elder customer; a few have referred hundreds."""
    seen: set[tuple[int, int]] = set()
    while len(seen) < REFERRALS:
        one = random.randrange(1, CUSTOMERS)
        other = int(one * random.random() ** 2)
        if (one, other) not in seen:
            seen.add((one, other))
            yield _relation(random, customers[one], customers[other], RelationKind.REFERRED_BY, ended=0.05)


def _accounts(random: Random, customers: list[str]) -> Iterator[Row]:
    """Credit accounts of a third."""
    for customer in random.sample(customers, CUSTOMERS // 3):
        currency = random.choices(("CNY", "EUR", "USD"), (8, 1, 1))[0]
        used = random.choice((0, random.randrange(10_000_00)))
        yield (customer, currency, 20_000_00, used, 30, "A", 0, None, 1, instant(BORN), instant(BORN))
