"""Who listens to a stream of events: a bounded number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from facemetric.service.problem import Problem


class Listeners:
    """Counts open streams; used from the event loop alone."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        self.count = 0

    def check(self) -> None:
        """Raise a Problem 429 where there is no place for one more."""
        if self.count >= self.most:
            raise Problem(
                429,
                "busy",
                f"{self.most} streams are open",
                fix="Close one, or ask for the list of events",
                headers={"Retry-After": "30"},
            )

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place."""
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1
