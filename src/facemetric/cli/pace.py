"""How fast long work goes, and how long it will take: on a terminal a bar, else a line at times."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from facemetric.cli.output import complain

LINE_EVERY_S = 30.0


class Pace:
    """Rate and time left of work whose first part may have been done before.

    Parameters
    ----------
    clock
        Returns seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: tuple[float, int] | None = None
        self.done = self.total = 0

    def update(self, done: int, total: int) -> None:
        """Take note of how much is done; the first time, of what was done before."""
        if self._began is None:
            self._began = self._clock(), done
        self.done, self.total = done, total

    @property
    def elapsed_s(self) -> float:
        """Seconds since the first update."""
        return 0.0 if self._began is None else self._clock() - self._began[0]

    @property
    def per_s(self) -> float | None:
        """Items a second since the first update; ``None`` before one is done."""
        if self._began is None:
            return None
        seconds, items = self.elapsed_s, self.done - self._began[1]
        return items / seconds if seconds > 0 and items > 0 else None

    @property
    def left_s(self) -> float | None:
        """Seconds left at that rate; ``None`` where it is not known."""
        rate = self.per_s
        return None if rate is None else (self.total - self.done) / rate

    def __str__(self) -> str:
        rate, left = self.per_s, self.left_s
        if rate is None or left is None:
            return "–"
        return f"{rate:,.1f}/s, {time_text(left)} left"


def time_text(seconds: float) -> str:
    """Return seconds for people: ``42 s``, ``12 min``, ``3 h 5 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


@contextmanager
def pacing(
    label: str, *, unit: str, quiet: bool, pace: Pace | None = None, every_s: float = LINE_EVERY_S
) -> Iterator[Callable[[int, int], None]]:
    """Yield a function ``(done, total)`` that shows progress, rate and time left.

    On standard error: a bar on a terminal, else a line every ``every_s`` seconds.
    """
    pace = pace or Pace()
    if quiet:
        yield lambda done, total: None
    elif sys.stderr.isatty():
        with _bar(label, pace) as tell:
            yield tell
    else:
        yield _lines(label, unit, pace, every_s)


def _lines(label: str, unit: str, pace: Pace, every_s: float) -> Callable[[int, int], None]:
    said: list[float] = []

    def tell(done: int, total: int) -> None:
        pace.update(done, total)
        now = pace.elapsed_s
        if now - (said[-1] if said else 0.0) >= every_s:
            said[:] = [now]
            complain(f"{label}: {done:,} of {total:,} {unit}, {pace}")

    return tell


@contextmanager
def _bar(label: str, pace: Pace) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None, pace=str(pace))

        def tell(done: int, total: int) -> None:
            pace.update(done, total)
            bar.update(task, completed=done, total=total, pace=str(pace))

        yield tell
