"""The demo itself: enrol, identify, reject, verify, group, each timed, and a page of it all."""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from facemetric._version import __version__
from facemetric.cli.cast import Casting
from facemetric.cli.pages import (
    cluster_groups,
    face_tile,
    found_card,
    identified_card,
    threshold_note,
    write_page,
)
from facemetric.errors import FacemetricError
from facemetric.gallery import Gallery
from facemetric.recognizer import Groups, Recognizer
from facemetric.report import DemoReport, PairCard, PhotoCard, ThresholdNote, Timing, demo_page
from facemetric.types import ItemError

UNKNOWN = "unknown"


class Demonstration:
    """One run of the demo.

    Parameters
    ----------
    recognizer
        Does the work.
    casting
        Whom to enrol, to ask for, to reject.
    provider
        Where the recogniser's networks run, for the report.
    say
        Is given each line of the story.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        casting: Casting,
        *,
        provider: str,
        say: Callable[[str], None],
    ) -> None:
        self.errors: list[ItemError] = list(casting.errors)
        self._recognizer = recognizer
        self._casting = casting
        self._provider = provider
        self._say = say
        self._timings: list[Timing] = []
        self._enrolled: list[PhotoCard] = []
        self._again: list[PhotoCard] = []
        self._strangers: list[PhotoCard] = []
        self._pairs: list[PairCard] = []
        self._groups: Groups | None = None
        self._threshold: ThresholdNote | None = None

    def run(self) -> None:
        """Do it all; photographs that cannot be used are noted and the rest goes on."""
        casting = self._casting
        with tempfile.TemporaryDirectory() as folder:
            gallery_file = Path(folder) / "demo.db"
            with self._recognizer.open_gallery(gallery_file) as gallery:
                with self._timed("Enrol", len(casting.enrolled)):
                    self._enroll(gallery)
                chosen = self._recognizer.gallery_threshold(gallery)
                self._threshold = threshold_note(chosen)
                asked = [(None, path) for path in casting.asked]
                with self._timed("Identify", len(casting.again) + len(asked)):
                    self._again = self._identify(gallery, [*casting.again, *asked])
                with self._timed("Reject strangers", len(casting.strangers)):
                    named = [(UNKNOWN, path) for _, path in casting.strangers]
                    self._strangers = self._identify(gallery, named)
        pairs = self._choose_pairs()
        with self._timed("Verify", len(pairs), unit="pairs"):
            self._verify(pairs)
        with self._timed("Group", len(casting.photos)):
            self._group()

    @property
    def counts(self) -> dict[str, Any]:
        """How many there were of each, and how many answers were right."""
        return {
            "photographs": len(self._casting.photos),
            "enrolled": len(self._enrolled),
            "identified": len(self._again),
            "identified_checked": sum(card.as_expected is not None for card in self._again),
            "identified_right": sum(card.as_expected is True for card in self._again),
            "strangers": len(self._strangers),
            "strangers_rejected": sum(card.as_expected is True for card in self._strangers),
            "pairs": len(self._pairs),
            "pairs_right": sum(pair.same == pair.expected_same for pair in self._pairs),
            "groups": len(self._groups.groups) if self._groups else 0,
            "seconds": round(sum(timing.seconds for timing in self._timings), 2),
        }

    @property
    def wrong(self) -> int:
        """How many answers were not as they should be."""
        counts = self.counts
        return int(
            counts["identified_checked"]
            - counts["identified_right"]
            + counts["strangers"]
            - counts["strangers_rejected"]
            + counts["pairs"]
            - counts["pairs_right"]
        )

    def write(self, path: Path) -> None:
        """Write the page."""
        assert self._threshold is not None and self._groups is not None
        manifest = self._recognizer.bundle.manifest
        use = {True: "allowed", False: "not allowed", None: "not stated"}
        report = DemoReport(
            enrolled=tuple(self._enrolled),
            identified=tuple(self._again),
            strangers=tuple(self._strangers),
            pairs=tuple(self._pairs),
            groups=cluster_groups(self._groups),
            alone=tuple(face_tile(item) for item in self._groups.alone),
            threshold=self._threshold,
            failed=tuple(self.errors),
            bundle=(
                ("Bundle", manifest.id),
                ("Licence", manifest.licence.spdx),
                ("Commercial use", use[manifest.licence.commercial_use]),
                ("Training data", manifest.licence.training_data),
            ),
            environment=(
                ("facemetric", __version__),
                ("Python", platform.python_version()),
                ("System", platform.platform()),
                ("Provider", self._provider),
            ),
            timings=tuple(self._timings),
            photographs=self._casting.sources,
        )
        write_page(path, demo_page(report, created=datetime.now(UTC)))

    def _enroll(self, gallery: Gallery) -> None:
        for name, path in self._casting.enrolled:
            try:
                report = self._recognizer.enroll(gallery, name, [path], select="largest")
            except FacemetricError as error:
                self._fail(path, error)
                continue
            self.errors.extend(report.errors)
            if report.samples:
                photo = self._recognizer.see(path, select="largest")
                self._enrolled.append(found_card(photo, name))
                self._say(f"enrolled    {name:<20} {path.name}")

    def _identify(
        self, gallery: Gallery, asked: Sequence[tuple[str | None, Path]]
    ) -> list[PhotoCard]:
        cards = []
        for expected, path in asked:
            try:
                answer = self._recognizer.identify(
                    gallery, path, select="all" if expected is None else "largest"
                )
            except FacemetricError as error:
                self._fail(path, error)
                continue
            cards.append(identified_card(answer, expected=expected))
            said = ", ".join(face.name or UNKNOWN for face in answer.faces) or "no face"
            best = max((c.similarity for f in answer.faces for c in f.candidates), default=0.0)
            self._say(f"identified  {said:<20} {path.name}  (similarity {best:.3f})")
        return cards

    def _choose_pairs(self) -> list[tuple[Path, Path, bool]]:
        """Choose two photographs of one person, and two of two."""
        first = dict(self._casting.enrolled)
        same = [(first[name], path, True) for name, path in self._casting.again[:1]]
        different = [
            (one, other, False) for (_, one), (_, other) in pairwise(self._casting.enrolled[:2])
        ]
        return same + different

    def _verify(self, pairs: list[tuple[Path, Path, bool]]) -> None:
        for first, second, expected in pairs:
            try:
                answer = self._recognizer.verify(first, second)
            except FacemetricError as error:
                self._fail(first, error)
                continue
            self._pairs.append(
                PairCard(
                    left=found_card(answer.first, None),
                    right=found_card(answer.second, None),
                    similarity=answer.similarity,
                    same=answer.same,
                    threshold=threshold_note(answer.decision.threshold),
                    expected_same=expected,
                )
            )
            said = "same person" if answer.same else "different people"
            self._say(
                f"verified    {said:<20} {first.name}, {second.name}  "
                f"(similarity {answer.similarity:.3f})"
            )

    def _group(self) -> None:
        self._groups = self._recognizer.group(self._casting.photos)
        sizes = ", ".join(str(len(group)) for group in self._groups.groups) or "none"
        self._say(
            f"grouped     {len(self._casting.photos)} photographs: groups of {sizes}; "
            f"faces like no other: {len(self._groups.alone)}"
        )

    def _fail(self, path: Path, error: FacemetricError) -> None:
        self.errors.append(ItemError.of(error, item=error.item or str(path)))

    @contextmanager
    def _timed(self, step: str, items: int, *, unit: str = "photographs") -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._timings.append(Timing(step, time.perf_counter() - start, items, unit))
