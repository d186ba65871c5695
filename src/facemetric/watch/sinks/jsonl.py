"""Events as lines of JSON, in a file or on standard output."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from facemetric.errors import SourceError
from facemetric.watch.sinks.linefile import LineFile
from facemetric.wire.answers import to_json
from facemetric.wire.watch import DeliveryOut, WatchEvent


class Lines(Protocol):
    """What lines are written to: an open text file, or a ``LineFile``."""

    def write(self, line: str, /) -> object:
        """Write a line."""

    def flush(self) -> object:
        """Let go of what waits."""

    def close(self) -> object:
        """End it."""


class JsonLines:
    """Writes one line for each event and flushes it.

    Parameters
    ----------
    stream
        Open for writing; ``close`` leaves it open unless it was opened by ``append_to``.
    name
        What ``delivery`` calls it.
    """

    def __init__(self, stream: Lines, *, name: str = "stdout") -> None:
        self._stream = stream
        self._name = name
        self._own = False
        self._delivered = 0
        self._failed = 0

    @classmethod
    def append_to(cls, path: Path) -> JsonLines:
        """Open a file for its owner alone, made where there is none, and write at its end.

        Raises
        ------
        SourceError
            It cannot be opened.
        """
        try:
            lines = LineFile(path)
        except OSError as error:
            raise SourceError(
                f"it cannot be written: {error.strerror}", item=str(path), fix="Name another file"
            ) from None
        sink = cls(lines, name=f"jsonl {path.name}")
        sink._own = True
        return sink

    def send(self, event: WatchEvent) -> None:
        """Write an event; OSError where the disk is full or the reader has gone."""
        try:
            self._stream.write(to_json(event, indent=None) + "\n")
            self._stream.flush()
        except OSError:
            self._failed += 1
            raise
        self._delivered += 1

    def close(self) -> None:
        """Close the file where it is our own."""
        if self._own:
            self._stream.close()

    def delivery(self) -> DeliveryOut:
        """Say how many lines were written."""
        return DeliveryOut(
            sink=self._name, delivered=self._delivered, retried=0, dropped=0, failed=self._failed
        )
