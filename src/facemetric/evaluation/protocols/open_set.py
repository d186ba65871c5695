"""Open-set identification: a watch-list, searched for people on it and for strangers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from facemetric.bundle import Manifest
from facemetric.datasets import (
    LabelledPhotos,
    OpenSet,
    make_open_set,
    read_identity_folders,
    read_open_set,
)
from facemetric.decide import threshold_for_gallery
from facemetric.errors import CalibrationError, DataError
from facemetric.evaluation.metrics import Searches, join_searches, search_outcomes
from facemetric.evaluation.parts import (
    Identification,
    Part,
    measure_search_decision,
    measure_searches,
    uncalibrated,
)
from facemetric.evaluation.screening import Screen, reasons_text, unscreened
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import Condition, Task, person_numbers
from facemetric.types import Float32, ItemError

TITLE = "Open-set identification, a watch-list"
STRANGER_RISK = 0.01
"""What the calibrated threshold is asked to keep, as ``facemetric identify`` asks."""

_DECISION = "calibrated decision, 1:N"
_CHUNK = 1 << 23  # similarities in memory at a time


@dataclass(frozen=True, eq=False, kw_only=True)
class OpenSetTask(Task):
    """Searches of a gallery, by the best of each person's photographs.

    Phillips, Grother, Micheals, "Evaluation methods in face recognition", Handbook of Face
    Recognition, 2011.

    Attributes
    ----------
    enrolled
        How many of the first ``photos`` are the gallery; the others are probes.
    manifest
        Whose calibrated decision is judged too; ``None`` for none.
    flip
        Whether embeddings are averaged over the mirrored chip.
    stranger_risk
        What the calibrated threshold is asked to keep, in (0, 1).
    """

    protocol: ClassVar[str] = "open-set"
    enrolled: int
    manifest: Manifest | None = None
    flip: bool = True
    stranger_risk: float = STRANGER_RISK

    def for_bundle(self, manifest: Manifest, *, flip: bool) -> Self:
        """Return the task with this bundle's calibrated decision judged too."""
        return replace(self, manifest=manifest, flip=flip)

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        """Return the searches' figures, and those of the calibrated decision."""
        people = person_numbers(self.people)
        gallery, probes = vectors[: self.enrolled], vectors[self.enrolled :]
        return measure_open_set(
            (gallery, people[: self.enrolled]),
            (probes, people[self.enrolled :]),
            settings,
            manifest=self.manifest,
            flip=self.flip,
            stranger_risk=self.stranger_risk,
        )


def open_set_task(
    root: Path,
    *,
    screen: Screen = unscreened,
    known_share: float = 0.5,
    enrolled_each: int = 1,
    seed: int = 0,
) -> OpenSetTask:
    """Read a watch-list, or make one from a folder of people.

    Parameters
    ----------
    root
        Folder with ``gallery/person/`` and ``probes/person/``; or folders of people, of whom a
        share is enrolled at random (see `facemetric.datasets.make_open_set`).
    screen
        Says which photographs can be used.
    known_share, enrolled_each, seed
        For a watch-list that is made.

    Raises
    ------
    DataError
        The folder is laid out otherwise, or fewer than two people would have a mate, or none not.
    """
    root = Path(root)
    conditions: dict[str, Condition] = {"data": root.absolute().name}
    if (root / "gallery").is_dir() and (root / "probes").is_dir():
        task, left_out = _screened(read_open_set(root), screen)
    else:
        screened = screen(read_identity_folders(root))
        left_out = screened.left_out
        task = make_open_set(
            screened.photos, known_share=known_share, enrolled_each=enrolled_each, seed=seed
        )
        conditions |= {
            "known share": known_share,
            "enrolled each": enrolled_each,
            "task seed": seed,
        }
    problem = open_set_problem(task)
    if problem:
        raise DataError(
            f"{problem}{reasons_text(left_out)}", item=str(root), fix="Add photographs of people"
        )
    sets = (task.gallery, task.mated, task.non_mated)
    return OpenSetTask(
        title=TITLE,
        photos=tuple(path for one in sets for path in one.paths),
        people=tuple(person for one in sets for person in one.people),
        conditions=conditions,
        left_out=left_out,
        enrolled=len(task.gallery),
    )


def open_set_problem(task: OpenSet) -> str:
    """Return what keeps a watch-list from being measured, or nothing."""
    if len(task.mated.names) < 2:  # an interval over people draws from two or more
        have = len(task.mated.names)
        return f"probes of two enrolled people or more are needed, there are those of {have}"
    return "" if len(task.non_mated) else "probes of people who are not enrolled are needed"


def measure_open_set(
    gallery: tuple[Float32, NDArray[np.int64]],
    probes: tuple[Float32, NDArray[np.int64]],
    settings: Settings,
    *,
    manifest: Manifest | None,
    flip: bool,
    stranger_risk: float = STRANGER_RISK,
) -> tuple[Part, ...]:
    """Return the parts of an open set.

    Parameters
    ----------
    gallery, probes
        Vectors ``float32 (N, D)``, unit norm, and people ``int64 (N,)``.
    settings
        Rates and draws.
    manifest, flip, stranger_risk
        As in `OpenSetTask`.
    """
    searches = search_people(gallery, probes)
    samples, enrolled = len(gallery[1]), len(np.unique(gallery[1]))
    part: Identification = measure_searches(
        "open set",
        searches,
        probes[1],
        settings,
        enrolled=enrolled,
        notes=(f"{samples:,} photographs are enrolled; a person scores as the best of theirs.",),
    )
    if manifest is None:
        return (part,)
    try:
        threshold = threshold_for_gallery(
            manifest, compared=samples, stranger_risk=stranger_risk, flip=flip
        )
    except CalibrationError as error:
        return part, uncalibrated(_DECISION, "identification", "FPIR", error)
    decision = measure_search_decision(
        _DECISION,
        searches,
        probes[1],
        settings,
        threshold=threshold,
        promised=stranger_risk,
        enrolled=enrolled,
    )
    return part, decision


def search_people(
    gallery: tuple[Float32, NDArray[np.int64]], probes: tuple[Float32, NDArray[np.int64]]
) -> Searches:
    """Return the searches of a gallery in which a person scores as the best of their photographs.

    Parameters
    ----------
    gallery, probes
        Vectors ``float32 (N, D)``, unit norm, and people ``int64 (N,)``.
    """
    vectors, people = gallery
    order = np.argsort(people, kind="stable")
    names, starts = np.unique(people[order], return_index=True)
    step = max(1, _CHUNK // len(order))
    return join_searches(
        search_outcomes(
            np.maximum.reduceat(probes[0][at : at + step] @ vectors[order].T, starts, axis=1),
            probes[1][at : at + step],
            names,
        )
        for at in range(0, len(probes[0]), step)
    )


def _screened(task: OpenSet, screen: Screen) -> tuple[OpenSet, tuple[ItemError, ...]]:
    """Leave out what cannot be used, then the probes of people of whom nothing is enrolled."""
    sets = (task.gallery, task.mated, task.non_mated)
    everything = LabelledPhotos(
        tuple(path for one in sets for path in one.paths),
        tuple(person for one in sets for person in one.people),
    )
    screened = screen(everything)
    usable = set(screened.photos.paths)
    gallery, mated, non_mated = (
        one.take([row for row, path in enumerate(one.paths) if path in usable]) for one in sets
    )
    enrolled = set(gallery.names)
    lost = [
        ItemError(
            str(path),
            DataError.code,
            "its person has no photograph left in the gallery",
            "Enrol one that can be used",
        )
        for path, person in zip(mated.paths, mated.people, strict=True)
        if person not in enrolled
    ]
    mated = mated.take([row for row, person in enumerate(mated.people) if person in enrolled])
    if not len(gallery):
        raise DataError(
            f"nothing is enrolled{reasons_text(screened.left_out)}",
            item="gallery",
            fix="Enrol photographs that can be used",
        )
    return OpenSet(gallery, mated, non_mated), (*screened.left_out, *lost)
