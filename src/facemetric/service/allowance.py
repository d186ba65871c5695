"""How much of requests may be in memory at a time, over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from facemetric.service.problem import Problem

TIMES_PARSED = {"json": 30}
"""What a byte of a body takes once it is parsed, by what a route takes: a document of empty objects
29 bytes (measured, Python 3.11). Photographs, also those in base64, stay about as large as they
came."""


class Allowance:
    """Bytes of bodies that may be in memory; used from the event loop alone.

    Parameters
    ----------
    most_bytes
        Of all requests.

    Attributes
    ----------
    taken
        Bytes that are in memory now.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.taken = 0

    @contextmanager
    def share(self, takes: str) -> Iterator[Share]:
        """Give back at the end of a request what its body took."""
        share = Share(self, TIMES_PARSED.get(takes, 1))
        try:
            yield share
        finally:
            self.taken -= share.taken


class Share:
    """What one request's body takes, counted as it comes: who announces and sends nothing has none.

    Parameters
    ----------
    allowance
        Of all.
    times
        What a byte counts.
    """

    def __init__(self, allowance: Allowance, times: int) -> None:
        self.taken = 0
        self._allowance = allowance
        self._times = times

    def check(self, size: int) -> None:
        """Raise a Problem 429 where so many bytes more find no room."""
        if self._allowance.taken + size * self._times > self._allowance.most_bytes:
            raise Problem(
                429,
                "busy",
                "the bodies of other requests take all the memory there is for them",
                fix="Try again after the seconds in Retry-After",
                # What is still to come must not be taken for another request.
                headers={"Retry-After": "2", "Connection": "close"},
            )

    def take(self, size: int) -> None:
        """Take room for so many bytes; a Problem 429 where there is none."""
        self.check(size)
        self.taken += size * self._times
        self._allowance.taken += size * self._times
