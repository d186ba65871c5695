"""Where events go."""

from __future__ import annotations

from typing import Protocol

from facemetric.wire.watch import DeliveryOut, WatchEvent


class Sink(Protocol):
    """Takes events. ``send`` must not keep the watch waiting."""

    def send(self, event: WatchEvent) -> None:
        """Take one event; OSError where that fails for good."""
        ...

    def close(self) -> None:
        """Deliver what is waiting, for a few seconds at most, and let go."""
        ...

    def delivery(self) -> DeliveryOut:
        """Say what became of the events so far."""
        ...
