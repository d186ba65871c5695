"""What came of one try to deliver an event."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try.

    Attributes
    ----------
    delivered
        It was taken.
    again
        Waiting may heal it; else the event is given up.
    counts
        Whether it is one of the tries that an event has: not where nobody could be reached.
    reason
        Why it was not taken, for people; without secrets.
    wait_s
        How long to wait at least.
    """

    delivered: bool = False
    again: bool = False
    counts: bool = True
    reason: str = ""
    wait_s: float = 0.0
