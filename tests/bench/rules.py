"""`make bench-rules`: the live engine of rules, with its bars.

A fuzz of both engines, one decision through 100 rows and 6 columns beside zen-engine, and a thousand publishes.
Ends with 1 where a bar is missed.
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

from tests.bench import bars, report, rules_deciding, rules_fuzz, rules_publishing
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
    parser.add_argument("--pairs", type=int, default=50_000, help="pairs of a rule set and facts in the fuzz (50000)")
    parser.add_argument("--seed", type=int, default=1, help="where the fuzz begins (1)")
    parser.add_argument("--decisions", type=int, default=3_000, help="decisions of each way in a round (3000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds over all ways; the calmest one counts (3)")
    parser.add_argument("--publishes", type=int, default=1_000, help="how often is published (1000)")
    return parser.parse_args()


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


SECTIONS: dict[str, Callable[[Results, argparse.Namespace], None]] = {
    "fuzz": _fuzz,
    "deciding": _deciding,
    "publishing": _publishing,
}
"""The parts of the benchmark, by the name that `--only` takes."""


if __name__ == "__main__":
    sys.exit(main())
