"""Where a box will be: constant velocity."""

from __future__ import annotations

import numpy as np

from facemetric.types import AnyArray, Float64

_TRUST = 0.6
"""Weight of the newest step in the velocity."""
_LONGEST_S = 1.0
"""People do not keep a velocity for longer: from then on the box stays where it is."""


class Motion:
    """Position and velocity of a box's centre and of the logarithm of its sides.

    Parameters
    ----------
    box_xyxy_px
        ``(4,)``, where it is.
    at_s
        When.
    """

    def __init__(self, box_xyxy_px: AnyArray, at_s: float) -> None:
        self._state = _centred(box_xyxy_px)
        self._velocity: Float64 = np.zeros(4)
        self._at_s = at_s

    def at(self, at_s: float) -> Float64:
        """Return the expected box ``float64 (4,)`` xyxy at a time."""
        ahead = min(max(at_s - self._at_s, 0.0), _LONGEST_S)
        x, y, width, height = self._state + self._velocity * ahead
        centre, half = np.array([x, y]), np.exp([width, height]) / 2
        return np.concatenate([centre - half, centre + half])

    def see(self, box_xyxy_px: AnyArray, at_s: float) -> None:
        """Take in where the box was seen."""
        seen = _centred(box_xyxy_px)
        passed = at_s - self._at_s
        if passed > 0:
            velocity = (seen - self._state) / passed
            self._velocity += _TRUST * (velocity - self._velocity)
        self._state, self._at_s = seen, at_s


def _centred(box_xyxy_px: AnyArray) -> Float64:
    box = np.asarray(box_xyxy_px, np.float64)
    sides = np.maximum(box[2:] - box[:2], 1.0)
    return np.concatenate([(box[:2] + box[2:]) / 2, np.log(sides)])
