"""The log file: one JSON object a line, whole lines only, cut back when a run is resumed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from facemetric.errors import DataError
from facemetric.training.logs.record import LogRecord


class JsonlSink:
    """Appends records to a file, each in one write.

    Parameters
    ----------
    path
        The file; created where it is absent, with its folder.

    Raises
    ------
    DataError
        The file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Without a buffer of its own: after a crash the file has every line.
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise DataError(
                f"cannot be written: {error.strerror or error}",
                item=str(path),
                fix="Choose another folder for the run",
            ) from error

    def write(self, record: LogRecord) -> None:
        """Append one record; checkpoints are also brought to the disk."""
        self._file.write(record.to_line().encode())
        if record.kind == "checkpoint":
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_log(path: Path) -> list[LogRecord]:
    """Return the records of a log; a last line that was cut off by a crash is left out.

    Raises
    ------
    DataError
        The file cannot be read, or a line in it is no record.
    """
    return [record for record, _ in _records(path)]


def kept_at(records: list[LogRecord], step: int) -> int:
    """Return how many of the records a resume at ``step`` keeps: those before the first later one.

    What belongs to a step (evaluation, checkpoint) is to be logged before the checkpoint that a
    run is resumed from.
    """
    for place, record in enumerate(records):
        if record.step > step:
            return place
    return len(records)


def truncate_log(path: Path, step: int) -> list[LogRecord]:
    """Cut a log back to what was known at ``step`` and return the records that stay.

    The steps that follow are then logged again by the resumed run, so that its log is that of an
    uninterrupted one up to the seconds. An absent file is a log without records.

    Parameters
    ----------
    path
        The log.
    step
        Optimiser steps done at the checkpoint.

    Raises
    ------
    DataError
        The file cannot be read or written, or a line in it is no record.
    """
    if not path.exists():
        return []
    found = list(_records(path))
    kept = kept_at([record for record, _ in found], step)
    end = found[kept - 1][1] if kept else 0
    try:
        os.truncate(path, end)
    except OSError as error:
        raise DataError(
            f"cannot be cut back to step {step}: {error.strerror or error}", item=str(path)
        ) from error
    return [record for record, _ in found[:kept]]


def _records(path: Path) -> Iterator[tuple[LogRecord, int]]:
    """Yield each record, and where in the file its line ends."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"cannot be read: {error.strerror or error}",
            item=str(path),
            fix="Name the folder of a training run",
        ) from error
    end = 0
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        end += len(line)
        if not line.endswith(b"\n"):
            return
        text = line.decode("utf-8", errors="replace")
        yield LogRecord.from_line(text, item=f"{path}, line {number}"), end
