"""What a server and PostgreSQL used: processor seconds and memory, over all processes of each."""

from __future__ import annotations

import time

import psutil


def cpu_seconds(process: psutil.Process | None) -> float:
    """Processor seconds of a process and its children, those that have ended included."""
    if process is None:
        return 0.0
    total = _own(process, ended=True)
    for child in process.children(recursive=True):
        try:
            total += _own(child, ended=False)
        except psutil.NoSuchProcess:  # it ended meanwhile: from now on it counts with its parent
            continue
    return total


class Watch:
    """Watches the whole machine: what others use of it disturbs the race."""

    def __init__(self) -> None:
        self._busy, self._began = _busy_seconds(), time.monotonic()

    def others(self, own: float) -> float:
        """What share of the machine was used since the start beyond `own` processor seconds."""
        busy = _busy_seconds() - self._busy - own
        return max(0.0, busy / (time.monotonic() - self._began) / (psutil.cpu_count() or 1))


def resident_mb(process: psutil.Process) -> float:
    """Resident memory of a process and its children in MB (10^6 bytes)."""
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / 1e6


def private_mb(process: psutil.Process | None) -> float:
    """Memory that belongs to the children of a process alone, in MB: PostgreSQL's backends without shared buffers."""
    if process is None:
        return 0.0
    return sum(child.memory_full_info().uss for child in process.children(recursive=True)) / 1e6


def _own(process: psutil.Process, *, ended: bool) -> float:
    times = process.cpu_times()
    return times.user + times.system + (times.children_user + times.children_system if ended else 0.0)


def _busy_seconds() -> float:
    """Processor seconds of the whole machine since it started."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)
