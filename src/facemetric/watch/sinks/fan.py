"""Several sinks as one: what fails at one does not keep events from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from facemetric.watch.sinks.sink import Sink
from facemetric.wire.watch import DeliveryOut, WatchEvent


class Fan:
    """Sends each event to all sinks, and closes them all.

    Parameters
    ----------
    sinks
        In the order in which they are sent to.
    trouble
        Called with a sentence where one fails.
    """

    def __init__(self, sinks: Sequence[Sink], *, trouble: Callable[[str], None]) -> None:
        self._sinks = list(sinks)
        self._trouble = trouble

    def send(self, events: Iterable[WatchEvent]) -> None:
        """Send events; BrokenPipeError where whoever read standard output stopped reading."""
        for event in events:
            for sink in self._sinks:
                try:
                    sink.send(event)
                except BrokenPipeError:
                    raise
                except OSError as error:
                    self._failed(sink, error)

    def close(self) -> None:
        """Close every sink, also where one cannot be closed in order."""
        for sink in self._sinks:
            try:
                sink.close()
            except OSError as error:
                self._failed(sink, error)

    def deliveries(self) -> tuple[DeliveryOut, ...]:
        """Say what became of the events, for each sink."""
        return tuple(sink.delivery() for sink in self._sinks)

    def _failed(self, sink: Sink, error: OSError) -> None:
        self._trouble(f"{sink.delivery().sink}: {error.strerror or error}")
