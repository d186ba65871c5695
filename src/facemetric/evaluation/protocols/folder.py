"""Your own folder of people: every kind of task that can be made of it, with a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from facemetric.bundle import Manifest
from facemetric.cluster import cluster
from facemetric.datasets import (
    LabelledPhotos,
    identity_folds,
    make_open_set,
    make_pairs,
    read_identity_folders,
)
from facemetric.decide import threshold_for
from facemetric.errors import CalibrationError, DataError
from facemetric.evaluation.parts import (
    Part,
    Verification,
    measure_all_pairs,
    measure_groups,
    measure_pair_decision,
    measure_pairs,
    uncalibrated,
)
from facemetric.evaluation.protocols.holdout import LEAST_PEOPLE
from facemetric.evaluation.protocols.open_set import measure_open_set, open_set_problem
from facemetric.evaluation.protocols.pair_list import pair_similarities
from facemetric.evaluation.screening import Screen, reasons_text, unscreened
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import Condition, Task, person_numbers
from facemetric.types import Float32

TITLE = "Your own folder: pairs in folds, all pairs, open set and groups made from it"
MOST_FOLDS = 10
FAR = 1e-3
"""What the calibrated threshold for pairs and groups is chosen for, as the commands choose it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FolderTask(Task):
    """Pairs in identity-disjoint folds, all pairs, a watch-list and groups, from one folder.

    Attributes
    ----------
    seed
        Of everything that is drawn to make them.
    folds
        Most folds of pairs; fewer where the people do not suffice.
    manifest
        Whose calibrated decisions are judged too; without, there are no groups.
    flip
        Whether embeddings are averaged over the mirrored chip.
    """

    protocol: ClassVar[str] = "folder"
    seed: int = 0
    folds: int = MOST_FOLDS
    manifest: Manifest | None = None
    flip: bool = True

    def for_bundle(self, manifest: Manifest, *, flip: bool) -> Self:
        """Return the task with this bundle's calibrated decisions judged too."""
        return replace(self, manifest=manifest, flip=flip)

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        """Return what can be measured; the last part's notes say what cannot, and why.

        Raises
        ------
        DataError
            Nothing can.
        """
        made: list[Part] = []
        not_made: list[str] = []
        everything = self._all_pairs(vectors, settings)
        for what, make in self._makers(vectors, settings, everything):
            try:
                made += make()
            except DataError as error:
                not_made.append(f"No {what}: {error}")
        if not made:
            raise DataError("; ".join(not_made), item=str(self.conditions["data"]))
        return (*made[:-1], replace(made[-1], notes=(*made[-1].notes, *not_made)))

    def _makers(
        self, vectors: Float32, settings: Settings, everything: Verification | DataError
    ) -> list[tuple[str, Callable[[], tuple[Part, ...]]]]:
        return [
            ("pairs in folds", lambda: self._pairs(vectors, settings)),
            ("all pairs", lambda: (_or_raise(everything),)),
            ("open set", lambda: self._open_set(vectors, settings)),
            ("calibrated decision of pairs", lambda: self._pair_decision(everything, settings)),
            ("groups", lambda: self._groups(vectors, settings)),
        ]

    def _collection(self) -> LabelledPhotos:
        return LabelledPhotos(tuple(map(_path, self.photos)), self.people)

    def _pairs(self, vectors: Float32, settings: Settings) -> tuple[Part, ...]:
        collection = self._collection()
        folds = possible_folds(collection, self.folds)
        made = make_pairs(collection, folds=folds, pairs_each=None, seed=self.seed)
        row_of = {path: row for row, path in enumerate(collection.paths)}
        rows = np.array([row_of[path] for path in made.paths], np.int64)[made.pairs]
        part = measure_pairs(
            "pairs",
            pair_similarities(vectors, rows),
            made.same,
            settings,
            people=person_numbers(self.people)[rows],
            fold=made.fold,
            pairs=rows,
            notes=_fold_note(folds, self.folds, collection),
        )
        return (part,)

    def _all_pairs(self, vectors: Float32, settings: Settings) -> Verification | DataError:
        names, photos = len(set(self.people)), len(self.photos)
        if names < LEAST_PEOPLE or names == photos:
            return DataError(
                f"{LEAST_PEOPLE} people are needed, one of them with two photographs; there are "
                f"{names} people with {photos} photographs",
                fix="Add photographs",
            )
        return measure_all_pairs("all pairs", vectors, person_numbers(self.people), settings)

    def _open_set(self, vectors: Float32, settings: Settings) -> tuple[Part, ...]:
        collection = self._collection()
        task = make_open_set(collection, seed=self.seed)
        problem = open_set_problem(task)
        if problem:
            raise DataError(problem, fix="Add people with several photographs")
        people = person_numbers(self.people)
        row_of = {path: row for row, path in enumerate(collection.paths)}
        gallery = np.array([row_of[path] for path in task.gallery.paths])
        probes = np.array([row_of[path] for path in (*task.mated.paths, *task.non_mated.paths)])
        return measure_open_set(
            (vectors[gallery], people[gallery]),
            (vectors[probes], people[probes]),
            settings,
            manifest=self.manifest,
            flip=self.flip,
        )

    def _pair_decision(
        self, everything: Verification | DataError, settings: Settings
    ) -> tuple[Part, ...]:
        if self.manifest is None:
            return ()
        pairs, name = _or_raise(everything), "calibrated decision, 1:1"
        try:
            threshold = threshold_for(self.manifest, far=FAR, flip=self.flip)
        except CalibrationError as error:
            return (uncalibrated(name, "verification", "FAR", error),)
        return (measure_pair_decision(name, pairs, settings, threshold=threshold, promised=FAR),)

    def _groups(self, vectors: Float32, settings: Settings) -> tuple[Part, ...]:
        if self.manifest is None:
            return ()
        try:
            threshold = threshold_for(self.manifest, far=FAR, flip=self.flip)
        except CalibrationError as error:
            return (uncalibrated("groups", "clustering", "pairwise F", error),)
        groups = cluster(vectors, threshold=threshold.similarity, seed=self.seed)
        note = f"Method auto at {threshold.similarity:.4f}: {threshold.source}"
        return (
            measure_groups("groups", groups, person_numbers(self.people), settings, notes=(note,)),
        )


def folder_task(
    root: Path, *, folds: int = MOST_FOLDS, seed: int = 0, screen: Screen = unscreened
) -> FolderTask:
    """Make every kind of task from a folder of people.

    Parameters
    ----------
    root
        A folder for each person, by whatever name.
    folds
        Most folds of pairs.
    seed
        Of everything that is drawn.
    screen
        Says which photographs can be used.

    Raises
    ------
    DataError
        The folder is laid out otherwise, or no photograph can be used.
    """
    root = Path(root)
    screened = screen(read_identity_folders(root))
    photos = screened.photos
    if not len(photos):
        raise DataError(
            f"no photograph can be used{reasons_text(screened.left_out)}", item=str(root)
        )
    conditions: dict[str, Condition] = {"data": root.absolute().name, "task seed": seed}
    fold = None
    try:
        usable = possible_folds(photos, folds)
    except DataError:  # told where pairs are made
        usable = 0
    if usable:
        fold = identity_folds(photos, folds=usable, seed=seed)
        conditions["folds"] = usable
    return FolderTask(
        title=TITLE,
        photos=photos.paths,
        people=photos.people,
        fold=fold,
        conditions=conditions,
        left_out=screened.left_out,
        seed=seed,
        folds=folds,
    )


def possible_folds(photos: LabelledPhotos, wanted: int) -> int:
    """Return how many identity-disjoint folds there can be, at most ``wanted``.

    Raises
    ------
    DataError
        Fewer than two.
    """
    several = int((np.bincount(photos.labels) > 1).sum())
    most = min(wanted, several, len(photos.names) // 2)
    if most < 2:
        raise DataError(
            "two folds need two people with several photographs and four people, there are "
            f"{several} and {len(photos.names)}",
            fix="Add photographs",
        )
    return most


def _fold_note(folds: int, wanted: int, photos: LabelledPhotos) -> tuple[str, ...]:
    if folds == wanted:
        return ()
    several = int((np.bincount(photos.labels) > 1).sum())
    return (
        f"{folds} folds in place of {wanted}: a fold needs a person with several photographs and "
        f"another one, there are {several} with several of {len(photos.names)} people.",
    )


def _or_raise(made: Verification | DataError) -> Verification:
    if isinstance(made, DataError):
        raise made
    return made


def _path(photo: object) -> Path:
    assert isinstance(photo, Path)
    return photo
