"""A run on the terminal: a bar that moves, or plain lines where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TextIO

from facemetric.training.logs.record import LogRecord
from facemetric.training.wording import figure_text, said_name

if TYPE_CHECKING:
    from rich.console import Console

LINE_EVERY_S = 10.0
"""Seconds between two plain lines about steps."""


class ProgressSink:
    """Shows step, images a second, loss, learning rate and time left in a bar.

    Everything but steps is printed as a line above the bar.

    Parameters
    ----------
    console
        From rich; a terminal.
    total_steps
        Optimiser steps of the whole run.
    first_step
        Steps done before: the time left is reckoned from those of this part alone.
    """

    def __init__(self, console: Console, *, total_steps: int, first_step: int = 0) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._bar.add_task("training", total=total_steps, completed=first_step)
        self._bar.start()

    def write(self, record: LogRecord) -> None:
        """Move the bar, or print a line above it."""
        if record.kind == "step":
            self._bar.update(self._task, completed=record.step, description=brief(record))
        else:
            self._bar.console.print(line_of(record), markup=False, highlight=False)

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._bar.stop()


class LineSink:
    """Prints plain lines: steps at most every ten seconds, all else at once.

    Parameters
    ----------
    stream
        Where to.
    total_steps
        Optimiser steps of the whole run.
    every_s
        Least seconds between two lines about steps.
    clock
        Seconds, rising.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        total_steps: int,
        every_s: float = LINE_EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._total = total_steps
        self._every_s = every_s
        self._clock = clock
        self._printed: float | None = None
        self._first: tuple[int, float] | None = None

    def write(self, record: LogRecord) -> None:
        """Print the record unless a line about a step has just been printed."""
        if record.kind != "step":
            print(line_of(record), file=self._stream, flush=True)
            return
        now = self._clock()
        if self._first is None:
            self._first = (record.step, now)
        if self._printed is not None and now - self._printed < self._every_s:
            return
        self._printed = now
        left = self._left(record.step, now)
        text = f"step {record.step}/{self._total}  {brief(record)}{left}"
        print(text, file=self._stream, flush=True)

    def close(self) -> None:
        """Leave the stream open: it is the caller's."""

    def _left(self, step: int, now: float) -> str:
        if self._first is None or step <= self._first[0]:
            return ""
        each_s = (now - self._first[1]) / (step - self._first[0])
        return f"  {duration(each_s * max(self._total - step, 0))} left"


def brief(record: LogRecord) -> str:
    """Return epoch, loss, learning rates and images a second on one short line."""
    words = [f"epoch {record.epoch + 1}"]
    if record.loss is not None:
        words.append(f"loss {record.loss:.4g}")
    words += _rates(record.figures)
    if "accuracy" in record.figures:
        words.append(f"accuracy {record.figures['accuracy']:.3g}")
    speed = record.figures.get("images_per_s")
    if speed is not None:
        words.append(f"{speed:,.0f} images/s")
    return "  ".join(words)


def line_of(record: LogRecord) -> str:
    """Return a record that is no step as a line of words."""
    epoch = record.kind == "epoch"
    words = [f"step {record.step}", f"epoch {record.epoch + 1} done" if epoch else record.kind]
    if record.text:
        words.append(record.text)
    if record.loss is not None:
        words.append(f"{'mean loss' if epoch else 'loss'} {record.loss:.4g}")
    figures = record.figures
    words += [
        f"{said_name(name)} {figure_text(figures, name)}" for name in _with_intervals(figures)
    ]
    return "  ".join(words)


def _with_intervals(figures: Mapping[str, float]) -> list[str]:
    """Return the names of figures but for the ends of their intervals."""
    return [
        name
        for name in figures
        if not name.endswith(("_low", "_high")) or name.rpartition("_")[0] not in figures
    ]


def _rates(figures: Mapping[str, float]) -> list[str]:
    """Return one rate where all are the same; one without decay only where it differs."""
    rates = {name[3:]: value for name, value in figures.items() if name.startswith("lr_")}
    if len(set(rates.values())) == 1:
        return [f"lr {next(iter(rates.values())):.3g}"]
    return [
        f"lr {name.replace('_', ' ')} {value:.3g}"
        for name, value in rates.items()
        if not name.endswith("_no_decay") or rates.get(name.removesuffix("_no_decay")) != value
    ]


def duration(seconds: float) -> str:
    """Return seconds as hours, minutes and seconds: ``"1:02:03"``, ``"2:03"``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
