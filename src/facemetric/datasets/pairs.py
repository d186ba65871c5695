"""Pairs of photographs in folds: what every verification protocol comes down to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError


@dataclass(frozen=True, eq=False)
class PhotoPairs:
    """Pairs of photographs with the fold that each belongs to.

    Attributes
    ----------
    paths
        Every photograph that occurs in a pair, once, sorted.
    pairs
        ``int64 (P, 2)``: rows of ``paths``.
    same
        ``bool (P,)``: whether both show one person.
    fold
        ``int64 (P,)``: 0-based fold.
    people
        The person in each of ``paths``: a folder's name. Empty where that is unknown.
    """

    paths: tuple[Path, ...]
    pairs: NDArray[np.int64]
    same: NDArray[np.bool_]
    fold: NDArray[np.int64]
    people: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.people and len(self.people) != len(self.paths):
            raise InputError(
                f"expected a person for each of {len(self.paths)} paths, got {len(self.people)}",
                item="people",
            )

    @cached_property
    def folds(self) -> int:
        """Number of folds."""
        return int(self.fold.max()) + 1 if len(self.fold) else 0

    def __len__(self) -> int:
        return len(self.pairs)


def pair_rows(
    named: Sequence[tuple[str, str]],
) -> tuple[list[str], NDArray[np.int64]]:
    """Return the different names of the pairs, sorted, and ``int64 (P, 2)`` rows of that list."""
    names = sorted({name for pair in named for name in pair})
    row_of = {name: row for row, name in enumerate(names)}
    rows = [[row_of[first], row_of[second]] for first, second in named]
    return names, np.array(rows, np.int64).reshape(-1, 2)


def contiguous_folds(n: int, folds: int) -> NDArray[np.int64]:
    """Return ``int64 (n,)``: blocks of equal size in order, the first ``n % folds`` one longer.

    The assignment of scikit-learn's ``KFold`` without shuffling, which InsightFace's and FaceNet's
    code use for lists that carry no folds of their own.
    """
    sizes = np.full(folds, n // folds, np.int64)
    sizes[: n % folds] += 1
    return np.repeat(np.arange(folds, dtype=np.int64), sizes)
