"""One face followed through the frames."""

from __future__ import annotations

from facemetric.types import Float32
from facemetric.watch.motion import Motion
from facemetric.watch.shots import BestShots, Sighting

_UNLIKE = 0.25
"""A shot that is less like the template is kept out of it (see ``association.likeness``)."""


class Track:
    """A face followed.

    Parameters
    ----------
    number
        Unique within its source.
    first
        The sighting that it begins with, embedded.
    most_shots
        How many best shots are kept.

    Attributes
    ----------
    last
        The newest sighting.
    checked_s
        When its face was last compared with the template.
    """

    def __init__(self, number: int, first: Sighting, *, most_shots: int) -> None:
        self.number = number
        self.first_s = first.at_s
        self.last = first
        self.sightings = 1
        self.motion = Motion(first.box_xyxy_px, first.at_s)
        self.shots = BestShots(most_shots)
        self.shots.add(first)
        self.checked_s = first.at_s
        assert first.embedding is not None
        self._first_embedding = first.embedding

    @property
    def in_view_s(self) -> float:
        """From the first sighting to the last."""
        return self.last.at_s - self.first_s

    @property
    def appearance(self) -> Float32:
        """What its face is compared with: the template, or the first embedding."""
        return self.shots.template()[0] if len(self.shots) else self._first_embedding

    def see(self, sighting: Sighting, *, alike: float | None) -> None:
        """Take in a sighting; ``alike`` is its likeness to the template where it was embedded."""
        self.motion.see(sighting.box_xyxy_px, sighting.at_s)
        self.last = sighting
        self.sightings += 1
        if alike is not None:
            self.checked_s = sighting.at_s
            if alike >= _UNLIKE:
                self.shots.add(sighting)
