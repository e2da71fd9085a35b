"""`make bench-rules`: the rules and their live engine, with the bars of each.

A fuzz of both engines, one decision through 100 rows and 6 columns beside zen-engine, a thousand publishes, the check
of large tables, broken files published while decisions run, and the rules over a whole book of customers. Ends with 1
where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import (
    bars,
    report,
    rules_book,
    rules_broken,
    rules_checking,
    rules_deciding,
    rules_fuzz,
    rules_publishing,
)
from tests.bench.rules_deciding import COMPARED, ZEN, Figure


@dataclass
class Results:
    """What has been found so far."""

    bars: list[bars.Bar] = field(default_factory=list)
    json: dict[str, Any] = field(default_factory=dict)

    def finish(self, file: Path | None) -> int:
        """Print the bars, write the file; gives the exit status."""
        report.console.print(report.bars(self.bars))
        self.json["bars"] = [bar.as_json() for bar in self.bars]
        if file:
            file.write_text(json.dumps(self.json, indent=1) + "\n")
        return 0 if all(bar.passed for bar in self.bars) else 1


def main() -> int:
    """Measure; gives the exit status."""
    options, results = _options(), Results()
    load = os.getloadavg()[0]
    for name in options.only or SECTIONS:
        SECTIONS[name](results, options)
    report.console.print(
        f"Load of the machine (waiting processes): {load:.1f} before, {os.getloadavg()[0]:.1f} after.\n"
    )
    return results.finish(options.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    parser.add_argument("--only", choices=SECTIONS, nargs="+", help="these parts only")
    parser.add_argument("--full", action="store_true", help="a million pairs and customers; takes a quarter of an hour")
    parser.add_argument("--pairs", type=int, help="pairs of a rule set and facts in the fuzz (50000)")
    parser.add_argument("--seed", type=int, default=1, help="where the fuzz begins (1)")
    parser.add_argument("--decisions", type=int, default=3_000, help="decisions of each way in a round (3000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds over all ways; the calmest one counts (3)")
    parser.add_argument("--publishes", type=int, default=1_000, help="how often is published (1000)")
    parser.add_argument("--checks", type=int, default=5, help="checks of each table; the median counts (5)")
    parser.add_argument("--customers", type=int, help="of the book (50000)")
    options = parser.parse_args()
    usual = 1_000_000 if options.full else 50_000
    options.pairs, options.customers = options.pairs or usual, options.customers or usual
    return options


def _fuzz(results: Results, options: argparse.Namespace) -> None:
    """Random rule sets and facts by both engines."""
    found = rules_fuzz.fuzzed(options.pairs, options.seed)
    made = report.table("Fuzz of both engines", "what", "")
    for what, count in found.counts.most_common():
        made.add_row(what, f"{count:,}")
    made.add_row("pairs a second", f"{found.counts['pairs'] / found.seconds:,.0f}")
    report.console.print(made)
    for trouble in found.troubles:
        report.console.print(trouble, markup=False)
    results.json["fuzz"] = {**found.counts, "seconds": found.seconds, "troubles": found.troubles}
    what = f"crashes, hangs and differences in {options.pairs:,} pairs"
    results.bars.append(bars.most(what, len(found.troubles), "rules_troubles_most"))


def _deciding(results: Results, options: argparse.Namespace) -> None:
    """One decision, by each way."""
    found = rules_deciding.measured(options.decisions, options.rounds)
    for policy in rules_deciding.POLICIES:
        _print_figures(policy, [each for each in found if each.policy == policy])
    results.json["deciding"] = [asdict(each) for each in found]
    for each in found:
        if each.way == COMPARED:
            what = f"one decision, {each.policy}, {each.way}"
            results.bars.append(bars.most(f"{what}: p50, ms", each.p50 / 1_000, "rules_p50_ms_most"))
            results.bars.append(bars.most(f"{what}: p99, ms", each.p99 / 1_000, "rules_p99_ms_most"))


def _print_figures(policy: str, found: Sequence[Figure]) -> None:
    [theirs] = [each for each in found if each.way == ZEN]
    title = f"One decision, {policy}, 100 rows x 6 columns, facts given, microseconds"
    made = report.table(title, "by", "p50", "p99", "CPU p50", "CPU p99", "zen-engine = 1")
    for each in found:
        figures = (each.p50, each.p99, each.cpu_p50, each.cpu_p99)
        made.add_row(each.way, *(f"{figure:.0f}" for figure in figures), f"{each.p50 / theirs.p50:.2f}")
    report.console.print(made)


def _publishing(results: Results, options: argparse.Namespace) -> None:
    """A thousand publishes in this process."""
    found = rules_publishing.published(options.publishes)
    made = report.table("Publishing 100 rows with 20 cases", "what", "")
    made.add_row("one publish, ms", f"{found.milliseconds:.1f}")
    made.add_row(f"growth of the process over {found.publishes:,}, MB", f"{found.growth_mb:.1f}")
    report.console.print(made)
    results.json["publishing"] = asdict(found)
    what = f"growth over {found.publishes:,} publishes, MB"
    results.bars.append(bars.most(what, found.growth_mb, "rules_growth_mb_most"))


def _check(results: Results, options: argparse.Namespace) -> None:
    """Reading and checking of tables."""
    found = rules_checking.measured(options.checks)
    made = report.table("Check of 6 columns", "table", "rows", "findings", "read s", "read and checked s", "read = 1")
    for each in found:
        findings = ", ".join(f"{count} {kind}" for kind, count in each.findings.items()) or "none"
        times = (f"{each.floor_seconds:.2f}", f"{each.seconds:.2f}", f"{each.ratio:.1f}")
        made.add_row(each.table, f"{each.rows:,}", findings, *times)
        bound = bars.THRESHOLDS["rules_check_s_most"][str(each.rows)]
        what = f"check of {each.rows:,} rows, {each.table}, s"
        results.bars.append(bars.Bar(what, each.seconds, bound, at_least=False))
    report.console.print(made)
    results.json["check"] = [asdict(each) for each in found]


def _broken(results: Results, options: argparse.Namespace) -> None:
    """Broken files while decisions run."""
    del options
    found = rules_broken.measured()
    columns = ("refused", "accepted", "decisions", "a second", "failed", "changed", "longest ms")
    made = report.table("Broken files published in turn while decisions run", "store", *columns)
    for each in found:
        meanwhile, refused = each.decisions, sum(each.refused.values())
        counts = (refused, len(each.accepted), meanwhile.made, meanwhile.rate, meanwhile.failed, meanwhile.changed)
        made.add_row(each.store, *(f"{count:,.0f}" for count in counts), f"{meanwhile.longest * 1e3:,.0f}")
        for what in each.accepted:
            report.console.print(f"{each.store} accepted: {what}", markup=False)
        results.bars += [
            bars.most(f"{each.store}: broken files accepted", len(each.accepted), "rules_accepted_most"),
            bars.most(f"{each.store}: decisions that failed meanwhile", meanwhile.failed, "rules_failed_most"),
            bars.most(f"{each.store}: decisions that changed", meanwhile.changed, "rules_changed_most"),
            bars.least(f"{each.store}: decisions a second meanwhile", meanwhile.rate, "rules_decisions_least"),
        ]
    report.console.print(made)
    results.json["broken"] = [asdict(each) for each in found]


def _book(results: Results, options: argparse.Namespace) -> None:
    """The rules over a book of customers."""
    found = rules_book.measured(options.customers)
    report.console.print(rules_book.table(found))
    results.json["book"] = asdict(found)
    results.bars += found.bars


SECTIONS: dict[str, Callable[[Results, argparse.Namespace], None]] = {
    "fuzz": _fuzz,
    "deciding": _deciding,
    "publishing": _publishing,
    "check": _check,
    "broken": _broken,
    "book": _book,
}
"""The parts of the benchmark, by the name that `--only` takes."""


if __name__ == "__main__":
    sys.exit(main())
