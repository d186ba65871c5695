"""The log for TensorBoard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from facemetric.errors import DependencyError
from facemetric.training.logs.record import LogRecord


class TensorBoardSink:
    """Writes losses and figures as scalars, named ``kind/figure``, and notes as text.

    Parameters
    ----------
    folder
        Where the event files go.
    resume_step
        Step that the run is resumed at: TensorBoard then drops what an earlier part wrote for
        later steps. ``None`` for a new run.

    Raises
    ------
    DependencyError
        tensorboard is not installed.
    """

    def __init__(self, folder: Path, *, resume_step: int | None = None) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise DependencyError(
                "the package is not installed",
                item="tensorboard",
                fix='Install it with: pip install "facemetric[train]", or train without it',
            ) from error
        purge = None if resume_step is None else resume_step + 1
        self._writer: Any = SummaryWriter(log_dir=str(folder), purge_step=purge)

    def write(self, record: LogRecord) -> None:
        """Add the record's scalars at its step."""
        figures = dict(record.figures)
        if record.loss is not None:
            figures["loss"] = record.loss
        for name, value in figures.items():
            self._writer.add_scalar(f"{record.kind}/{name}", value, record.step)
        if record.text:
            self._writer.add_text(record.kind, record.text, record.step)

    def close(self) -> None:
        """Write what is buffered and close the files."""
        self._writer.close()
