"""The tables that the benchmark prints; outside a terminal they are Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from tests.bench.access import Cost
from tests.bench.bars import Bar, ratio
from tests.bench.memory import Sample
from tests.bench.questions import MEANING
from tests.bench.race import Cell

console = Console(width=None if Console().is_terminal else 160)


def table(title: str, *columns: str) -> Table:
    """A table whose first column is text and whose others are figures."""
    made = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD if console.is_terminal else box.MARKDOWN)
    for place, column in enumerate(columns):
        made.add_column(column, justify="left" if place == 0 else "right", no_wrap=True)
    return made


def race(cells: Sequence[Cell], query: str, clients: int, titles: Mapping[str, str], leaves: int) -> Table:
    """One query at one number of clients: all servers, with ratios to PostGraphile and to the documented default."""
    made = table(
        f"{query.upper()}: {MEANING[query]}, {leaves:,} leaves, {clients} client{'s' * (clients > 1)}",
        "server",
        "answers/s",
        "PostGraphile = 1",
        "default = 1",
        "p50 ms",
        "p99 ms",
        "CPU ms server",
        "+ database",
    )
    for cell in cells:
        if (cell.query, cell.clients) == (query, clients):
            ratios = [ratio(cells, query, clients, cell.server, other) for other in ("postgraphile", "strawberry")]
            made.add_row(
                titles[cell.server],
                f"{cell.rate:,.0f}",
                *(_times(each) for each in ratios),
                f"{cell.p50_ms:.2f}",
                f"{cell.p99_ms:.2f}",
                f"{cell.server_cpu_ms:.2f}",
                f"{cell.store_cpu_ms:.2f}",
            )
    return made


def print_race(cells: Sequence[Cell], titles: Mapping[str, str], leaves: Mapping[str, int], others: float) -> None:
    """All tables of the race, and how far they can be trusted."""
    for query, clients in dict.fromkeys((cell.query, cell.clients) for cell in cells):
        console.print(race(cells, query, clients, titles, leaves[query]))
    share = max(cell.client_cpu_share for cell in cells)
    console.print(f"The client never used more than {share:.0%} of a core. Others used {others:.0%} of the machine.\n")


def memory(before: Mapping[str, float], after: Mapping[str, float], titles: Mapping[str, str]) -> Table:
    """Each server's resident memory."""
    made = table("Memory of each server's process", "server", "MB at the start", "MB after the race")
    for name, title in titles.items():
        made.add_row(title, f"{before[name]:.0f}", f"{after[name]:.0f}")
    return made


def access(costs: Sequence[Cost]) -> Table:
    """What masks and row scopes cost."""
    made = table(
        "A with masks and row scopes, 4 clients, the same customers without = 1",
        "who asks",
        "CPU ms server",
        "+ database",
        "without: server",
        "+ database",
        "CPU ratio",
    )
    for each in costs:
        made.add_row(
            f"internal, {each.scope}",
            f"{each.held.server_cpu_ms:.2f}",
            f"{each.held.store_cpu_ms:.2f}",
            f"{each.free.server_cpu_ms:.2f}",
            f"{each.free.store_cpu_ms:.2f}",
            f"{each.ratio:.2f}",
        )
    return made


def documents(samples: Sequence[Sample]) -> Table:
    """Memory over many different documents."""
    made = table("Different documents in turn", "documents", "worker MB", "PostgreSQL backends MB")
    for each in samples:
        made.add_row(f"{each.documents:,}", f"{each.worker_mb:.0f}", f"{each.store_mb:.0f}")
    return made


def million(small: Cell, large: Cell) -> Table:
    """The view in a large world beside that in a small one."""
    made = table(
        "A, 1 client, in two worlds", "world", "answers/s", "bytes", "p50 ms", "p99 ms", "CPU ms", "+ database"
    )
    for each in (small, large):
        made.add_row(
            each.server,
            f"{each.rate:,.0f}",
            f"{each.mean_bytes:,.0f}",
            f"{each.p50_ms:.2f}",
            f"{each.p99_ms:.2f}",
            f"{each.server_cpu_ms:.2f}",
            f"{each.store_cpu_ms:.2f}",
        )
    return made


def bars(found: Sequence[Bar]) -> Table:
    """Every bar with its figure, and by how much it is met or missed."""
    made = table("Bars", "what", "measured", "bound", "", "by")
    for bar in found:
        made.add_row(
            bar.what,
            f"{bar.measured:.2f}",
            f"{'≥' if bar.at_least else '≤'} {bar.bound:g}",
            "[green]met[/]" if bar.passed else "[bold red]missed[/]",
            f"{bar.margin:+.0%}",
        )
    return made


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
