"""The people who are watched for: looked up live, as they are enrolled and erased."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from facemetric.bundle import Manifest
from facemetric.decide import (
    Identification,
    OddsTable,
    Ranked,
    Threshold,
    decide_who,
    manual_threshold,
    odds_table,
    safest_threshold,
    stranger_risk_of,
    threshold_for_gallery,
)
from facemetric.errors import CalibrationError, PersonError
from facemetric.gallery import Gallery
from facemetric.types import Float32, Match

_AT_MOST = 0.02
"""Share of the time that reading who is on the list may take."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Who a track is: the decision, and the person where somebody was named."""

    decision: Identification
    match: Match | None


class Roster:
    """The people of a gallery, or of some of its groups.

    Every look-up searches the gallery as it is then. Who is on the list is read again every second
    or so, for the threshold, which depends on how many samples there are, and to notice changes.

    Where the list becomes longer than any calibrated threshold keeps the risk for, the threshold of
    the lowest risk is used, ``stranger_risk`` says how high that is, and ``outgrown`` why.

    Parameters
    ----------
    gallery
        Open; whoever opened it closes it.
    manifest
        Of the bundle, with its calibrations.
    flip
        Whether embeddings are averaged with those of the mirrored chips.
    groups
        People in any of these; everybody where it is empty.
    stranger_risk
        Largest acceptable chance that a stranger who is looked up is given a name.
    exponent
        Of the correction for unlike shots: 0 decides on the mean of their cosines, see
        ``spread_exponent``.
    threshold
        A cosine by hand instead.
    refresh_s
        How often the list is read, at most.
    clock
        Seconds that never go back.

    Raises
    ------
    CalibrationError
        No calibrated threshold keeps the risk for the samples that there are at first.
    """

    def __init__(
        self,
        gallery: Gallery,
        manifest: Manifest,
        *,
        flip: bool,
        groups: Sequence[str] = (),
        stranger_risk: float = 0.01,
        exponent: float = 0.0,
        threshold: float | None = None,
        refresh_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gallery = gallery
        self._manifest = manifest
        self._flip = flip
        self.groups = tuple(groups)
        self.asked_risk = stranger_risk
        """The largest acceptable chance, as it was asked for."""
        self._exponent = exponent
        self._by_hand = threshold
        self._refresh_s = refresh_s
        self._clock = clock
        self._odds: OddsTable | None = odds_table(manifest, flip=flip)
        self._members: dict[str, int] = {}
        self.version = 0
        """Rises when somebody joins or leaves the list, or has more or fewer samples."""
        self.threshold = self._calibrated()
        self.outgrown: CalibrationError | None = None
        """Why the list is too long for the risk; ``None`` while it is not."""
        self.away = False
        """Whether the list could not be read when that was last tried."""
        self._next_s = clock()
        self.refresh()
        if self.outgrown is not None:
            raise self.outgrown

    @property
    def people(self) -> int:
        """How many people are on the list."""
        return len(self._members)

    @property
    def samples(self) -> int:
        """How many samples a face is compared with."""
        return sum(self._members.values())

    @property
    def stranger_risk(self) -> float | None:
        """Bound of the chance that a stranger is named; ``None`` with a threshold by hand."""
        return stranger_risk_of(self.threshold, self.samples)

    def refresh(self) -> None:
        """Read who is on the list, where that is due.

        Raises
        ------
        GalleryError
            The gallery cannot be read.
        """
        began = self._clock()
        if began < self._next_s:
            return
        # Set first: a gallery that is away is not asked at every frame.
        self._next_s = began + self._refresh_s
        self.away = True
        wanted = set(self.groups)
        members = {
            person.id: person.samples
            for person in self._gallery.people()
            if person.samples and (not wanted or wanted & set(person.groups))
        }
        self.away = False
        took = self._clock() - began
        self._next_s = began + max(self._refresh_s, took / _AT_MOST)
        if members != self._members:
            self._members = members
            self.version += 1
            self._choose_threshold()

    def look_up(self, templates: Sequence[tuple[Float32, float]]) -> list[Answer]:
        """Say who each track is, among the people who are on the list now.

        Parameters
        ----------
        templates
            From ``BestShots.template``: unit vector and norm. The similarity that is decided on is
            the product of the cosine and the norm, the mean over the track's shots: a calibrated
            threshold holds for that, but not for the renormalised mean (ADR 0021). It is divided by
            the norm to the power of ``exponent``.

        Raises
        ------
        GalleryError
            The gallery cannot be searched.
        """
        if not templates:
            return []
        queries = np.stack([template for template, _ in templates])
        groups = self.groups or None
        answers = []
        found = self._gallery.search(queries, 5, groups=groups)
        for (_, norm), matches in zip(templates, found, strict=True):
            scale = norm ** (1 - self._exponent)
            ranked = [
                Ranked(match.person_id, match.similarity * scale, match.similarity * scale)
                for match in matches
            ]
            compared = max(self.samples, len(ranked))
            decision = decide_who(ranked, self.threshold, compared=compared, odds=self._odds)
            named = next((match for match in matches if match.person_id == decision.name), None)
            answers.append(Answer(decision, named))
        return answers

    def name_of(self, person_id: str) -> str | None:
        """Return a person's name as it is now; ``None`` where the person is no longer there."""
        try:
            return self._gallery.person(person_id).name
        except PersonError:
            return None

    def _choose_threshold(self) -> None:
        try:
            self.threshold, self.outgrown = self._calibrated(), None
        except CalibrationError as error:
            safest = safest_threshold(self._manifest, compared=self.samples, flip=self._flip)
            if safest is None:
                raise
            self.threshold, self.outgrown = safest, error

    def _calibrated(self) -> Threshold:
        if self._by_hand is not None:
            return manual_threshold(self._by_hand)
        return threshold_for_gallery(
            self._manifest, compared=self.samples, stranger_risk=self.asked_risk, flip=self._flip
        )
