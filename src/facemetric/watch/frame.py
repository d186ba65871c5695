"""One frame that is to be looked at, and when it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from facemetric.types import UInt8


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """A decoded frame.

    Attributes
    ----------
    source
        Number of its source.
    pixels
        ``uint8 (H, W, 3)``, RGB, upright.
    at_s
        Seconds since the source began; by the stream's own clock for a file that is read in full,
        else by ours.
    time
        The same as a time in UTC.
    """

    source: int
    pixels: UInt8
    at_s: float
    time: datetime
