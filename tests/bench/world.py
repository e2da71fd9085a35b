"""The data of the race: a generated world, the same in each run but for its dates, which end today."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from store import schema_version
from tests.bench.cluster import Cluster

FUNCTIONS = Path(__file__).parent / "peers" / "postgraphile" / "functions.sql"
TABLES = ("customer", "contact", "interaction", "ticket", "ticket_event", "ledger_entry", "customer_relation")


def name(customers: int) -> str:
    """The database of a world of that size in today's tables."""
    return f"c360_bench_{customers}_{schema_version.head()}"


def prepare(cluster: Cluster, customers: int) -> str:
    """Make the world, unless the cluster has it from an earlier run; gives the database's name."""
    database = name(customers)
    if not cluster.has(database):
        _generate(cluster, database, customers)
    cluster.run(FUNCTIONS.read_text(), database=database)
    return database


def sizes(cluster: Cluster, database: str) -> dict[str, int]:
    """How many rows the larger tables have."""
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
    (row,) = cluster.rows(f"SELECT {counts}", database=database)
    return dict(zip(TABLES, row, strict=True))


def _generate(cluster: Cluster, database: str, customers: int) -> None:
    """Build under another name first: a world half made is never taken for a whole one."""
    building, began = "c360_bench_building", time.monotonic()
    dsn = cluster.recreate(building)
    environment = os.environ | {"C360_DATABASE_URL": dsn.replace("postgresql:", "postgresql+asyncpg:")}
    c360 = str(Path(sys.executable).with_name("c360"))
    for words in (["migrate"], ["generate", "--customers", str(customers)]):
        subprocess.run([c360, *words], env=environment, check=True)
    cluster.run("VACUUM ANALYZE", database=building)
    cluster.run("CHECKPOINT")
    cluster.run(f'ALTER DATABASE "{building}" RENAME TO "{database}"')
    print(f"A world of {customers:,} customers in {time.monotonic() - began:.0f} s")
