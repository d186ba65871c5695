"""A detector that so many threads may use at a time."""

from __future__ import annotations

import threading

from facemetric.detect import Detector
from facemetric.types import Face, Image


class TakingTurns:
    """Lets ``at_once`` threads detect and the others wait: more than cores only slow each other.

    Parameters
    ----------
    detector
        Does the work.
    at_once
        How many.
    """

    def __init__(self, detector: Detector, *, at_once: int) -> None:
        self.name = detector.name
        self._detector = detector
        self._turns = threading.BoundedSemaphore(at_once)

    def detect(self, image: Image) -> tuple[Face, ...]:
        """Return the faces by falling score; see ``Detector.detect``."""
        with self._turns:
            return self._detector.detect(image)
