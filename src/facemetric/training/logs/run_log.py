"""The one thing that a trainer tells what happens; it passes that on to every log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from facemetric.errors import DataError
from facemetric.training.logs.jsonl import JsonlSink, truncate_log
from facemetric.training.logs.progress import LineSink, ProgressSink
from facemetric.training.logs.record import Kind, LogRecord
from facemetric.training.logs.tensorboard import TensorBoardSink

LOG_NAME = "log.jsonl"
TENSORBOARD_NAME = "tensorboard"


class Sink(Protocol):
    """Somewhere that records go."""

    def write(self, record: LogRecord) -> None:
        """Take one record."""

    def close(self) -> None:
        """Finish."""


class RunLog:
    """Passes records on to its sinks; without any, as on all ranks but the first, does nothing.

    Parameters
    ----------
    sinks
        Where records go.
    seconds_before
        Time spent in the run before it was resumed.
    clock
        Seconds, rising.
    """

    def __init__(
        self,
        sinks: Sequence[Sink],
        *,
        seconds_before: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sinks = tuple(sinks)
        self._clock = clock
        self._start = clock() - seconds_before

    def step(
        self,
        step: int,
        figures: Mapping[str, float],
        *,
        epoch: int = 0,
        loss: float | None = None,
    ) -> None:
        """Log an optimiser step.

        Parameters
        ----------
        step
            Steps done, this one included.
        figures
            Values by name: ``lr_…``, ``accuracy``, ``images_per_s`` and diagnostics. Numbers or
            0-d tensors.
        epoch
            From 0.
        loss
            The step's training loss.
        """
        self._write("step", step, figures, epoch=epoch, loss=loss)

    def epoch(
        self,
        step: int,
        figures: Mapping[str, float],
        *,
        epoch: int = 0,
        loss: float | None = None,
    ) -> None:
        """Log an epoch's end, with means over it."""
        self._write("epoch", step, figures, epoch=epoch, loss=loss)

    def evaluation(self, step: int, figures: Mapping[str, float], *, epoch: int = 0) -> None:
        """Log an evaluation.

        Parameters
        ----------
        step
            Steps done.
        figures
            Values by name; an interval of ``lfw_accuracy`` is ``lfw_accuracy_low`` and
            ``lfw_accuracy_high``.
        epoch
            From 0.
        """
        self._write("evaluation", step, figures, epoch=epoch)

    def checkpoint(
        self, step: int, file: str, figures: Mapping[str, float] | None = None, *, epoch: int = 0
    ) -> None:
        """Log that a checkpoint was written."""
        self._write("checkpoint", step, figures or {}, epoch=epoch, text=file)

    def note(self, step: int, text: str, *, epoch: int = 0) -> None:
        """Log words: a warning, a stop, a resume."""
        self._write("note", step, {}, epoch=epoch, text=text)

    def close(self) -> None:
        """Finish every sink."""
        for sink in self._sinks:
            sink.close()

    def __enter__(self) -> RunLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write(
        self,
        kind: Kind,
        step: int,
        figures: Mapping[str, float],
        *,
        epoch: int,
        loss: float | None = None,
        text: str = "",
    ) -> None:
        if not self._sinks:
            return
        record = LogRecord(
            kind=kind,
            step=step,
            epoch=epoch,
            seconds=self._clock() - self._start,
            loss=None if loss is None else float(loss),
            figures={name: float(value) for name, value in figures.items()},
            text=text,
        )
        for sink in self._sinks:
            sink.write(record)


def open_run_log(
    folder: str | Path,
    *,
    rank: int = 0,
    resume_step: int | None = None,
    total_steps: int,
    tensorboard: bool = True,
    progress: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> RunLog:
    """Open the logs of a run: ``log.jsonl``, ``tensorboard/`` and standard error.

    Parameters
    ----------
    folder
        The run's folder.
    rank
        Only 0 writes.
    resume_step
        Steps done at the checkpoint that is resumed (0: from the start): later records are
        removed. ``None`` starts a new log.
    total_steps
        Optimiser steps of the whole run.
    tensorboard, progress
        Whether to write event files, and to show progress.
    clock
        Seconds, rising.

    Raises
    ------
    DataError
        The log cannot be written, or what is there is no log, or that of an earlier run which
        is not resumed.
    DependencyError
        tensorboard is not installed.
    """
    if rank != 0:
        return RunLog((), clock=clock)
    path = Path(folder) / LOG_NAME
    if resume_step is None and path.exists() and path.stat().st_size:
        raise DataError(
            "expected no log, got that of an earlier run",
            item=str(path),
            fix="Resume that run, or choose another folder",
        )
    kept = [] if resume_step is None else truncate_log(path, resume_step)
    sinks: list[Sink] = [JsonlSink(path)]
    if tensorboard:
        sinks.append(TensorBoardSink(Path(folder) / TENSORBOARD_NAME, resume_step=resume_step))
    if progress:
        sinks.append(_shown(total_steps, resume_step or 0, clock))
    return RunLog(sinks, seconds_before=kept[-1].seconds if kept else 0.0, clock=clock)


def _shown(total_steps: int, first_step: int, clock: Callable[[], float]) -> Sink:
    if not sys.stderr.isatty():
        return LineSink(sys.stderr, total_steps=total_steps, clock=clock)
    from rich.console import Console

    console = Console(stderr=True)
    return ProgressSink(console, total_steps=total_steps, first_step=first_step)
