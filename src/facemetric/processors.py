"""How many processors this process may use, which may be fewer than the machine has."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path


def usable_processors(*, root: Path = Path("/")) -> int:
    """Return the processors that this process may keep busy, 1 at least.

    The smallest of: those that it may run on (``taskset``, a batch system's allotment), and the
    quota of its control group and of those around it, rounded up (``docker run --cpus``, the CPU
    limit of a container).

    Parameters
    ----------
    root
        Where ``proc`` and ``sys`` lie.
    """
    quotas = [math.ceil(quota) for quota in _quotas(root)]
    return max(1, min([_allotted(), *quotas]))


def session_threads(threads: int | None) -> int | None:
    """Return the threads to ask a runtime for: as told, or all usable processors.

    ``None``, its own choice, where the whole machine may be used. Left to itself, it counts the
    machine's processors also where the process may use few of them.
    """
    if threads is not None:
        return threads
    usable = usable_processors()
    return usable if usable < (os.cpu_count() or 1) else None


def _allotted() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(root: Path) -> Iterator[float]:
    """Yield the processors that each control group of this process is limited to."""
    try:
        told = os.fsdecode((root / "proc/self/cgroup").read_bytes())  # folders' names: any bytes
    except OSError:
        return
    for line in told.split("\n"):
        number, _, rest = line.partition(":")
        controllers, colon, group = rest.partition(":")
        if not colon:
            continue  # not as the kernel writes it: no limit that could be read
        if number == "0":  # version 2
            for folder in _upwards(root / "sys/fs/cgroup", group):
                yield from _ratio(folder / "cpu.max")
        elif "cpu" in controllers.split(","):
            for folder in _upwards(root / "sys/fs/cgroup/cpu", group):
                yield from _ratio(folder / "cpu.cfs_quota_us", folder / "cpu.cfs_period_us")


def _upwards(top: Path, group: str) -> Iterator[Path]:
    """Yield a group's folder and those above it; within a container, its own is the top."""
    parts = [part for part in group.split("/") if part not in ("", "..")]
    for count in range(len(parts), -1, -1):
        yield top.joinpath(*parts[:count])


def _ratio(*files: Path) -> Iterator[float]:
    """Yield quota over period; nothing where there is no limit (``max``, -1) or no such file."""
    try:
        words = [word for file in files for word in file.read_bytes().split()]
    except (OSError, ValueError):  # ValueError: no file can be called that
        return
    if len(words) == 2 and all(word.isdigit() and len(word) < 20 for word in words):
        quota, period = map(int, words)
        if period:
            yield quota / period
