"""FaceNet's hold-out test: all pairs within identity-disjoint splits of any collection."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import (
    LabelledPhotos,
    identity_folds,
    read_celeba,
    read_identity_folders,
)
from facemetric.errors import DataError, InputError
from facemetric.evaluation.parts import Part, measure_splits
from facemetric.evaluation.screening import Screen, reasons_text, unscreened
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import Task, person_numbers
from facemetric.types import Float32

TITLE = "Hold-out in identity-disjoint splits, VAL as in FaceNet section 4.1"
LEAST_PEOPLE = 3
"""People that a set of all pairs needs, so that draws of people hold pairs of strangers."""


@dataclass(frozen=True, eq=False, kw_only=True)
class HoldoutTask(Task):
    """All pairs within each split; nobody is in two.

    Schroff, Kalenichenko, Philbin, "FaceNet", CVPR 2015, section 4.1: five splits there, of about
    200,000 photographs each, which were never published.

    Attributes
    ----------
    split
        ``int64 (N,)``: the split of each photograph, from 0.
    """

    protocol: ClassVar[str] = "holdout"
    split: NDArray[np.int64]

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        """Return mean, standard error and interval of VAL."""
        return (
            measure_splits("splits", vectors, person_numbers(self.people), self.split, settings),
        )


def holdout_task(
    root: Path, *, splits: int = 5, seed: int = 0, screen: Screen = unscreened
) -> HoldoutTask:
    """Make a hold-out test.

    Parameters
    ----------
    root
        Folders of people; a folder with ``celeba299/`` and ``celeba10k/`` is read as those two
        merged.
    splits
        How many, at least 2.
    seed
        Of the choice of who is in which.
    screen
        Says which photographs can be used.

    Raises
    ------
    DataError
        The folder is laid out otherwise, or its people are too few for so many splits.
    InputError
        ``splits`` is below 2.
    """
    if splits < 2:
        raise InputError(f"expected at least 2, got {splits}", item="splits")
    root = Path(root)
    screened = screen(read_collection(root))
    photos = screened.photos
    several = int((np.bincount(photos.labels, minlength=1) > 1).sum())
    if several < splits or len(photos.names) < LEAST_PEOPLE * splits:
        raise DataError(
            f"{splits} splits need {splits} people with several photographs and "
            f"{LEAST_PEOPLE * splits} people, there are {several} and {len(photos.names)}"
            f"{reasons_text(screened.left_out)}",
            item=str(root),
            fix="Ask for fewer splits (splits=, --splits), or add people",
        )
    split = identity_folds(photos, folds=splits, seed=seed)
    return HoldoutTask(
        title=TITLE,
        photos=photos.paths,
        people=photos.people,
        fold=split,
        conditions={"data": root.absolute().name, "splits": splits, "task seed": seed},
        left_out=screened.left_out,
        split=split,
    )


def read_collection(root: Path) -> LabelledPhotos:
    """Read folders of people, or CelebA's two subsets as one; DataError as their readers have."""
    if (root / "celeba299").is_dir() and (root / "celeba10k").is_dir():
        return read_celeba(root)
    return read_identity_folders(root)
