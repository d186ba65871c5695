"""Photographs that both networks have seen: some people to fit a map on, others to judge it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import LabelledPhotos
from facemetric.embed.adaptors import LEAST_ROWS
from facemetric.errors import DataError
from facemetric.evaluation import Embedded
from facemetric.types import AnyArray, Float32

HELD_SHARE = 0.3
MOST_HELD = 4000
"""Photographs that judge, at most: all of their pairs are compared."""

LEAST_HELD, LEAST_SEVERAL = 4, 2
"""People who judge, at least, and those of them with several photographs: for two folds."""

Int64 = NDArray[np.int64]
EmbedPhotos: TypeAlias = Callable[[Sequence[Path]], Embedded]


@dataclass(frozen=True, eq=False, slots=True)
class SharedFaces:
    """The same faces as two networks see them.

    Attributes
    ----------
    data
        What the photographs are called.
    photos
        Those in which a face was found.
    old, new
        ``float32 (N, D)`` and ``float32 (N, E)``, unit norm.
    without_face
        How many more photographs there were.
    """

    data: str
    photos: LabelledPhotos
    old: Float32
    new: Float32
    without_face: int = 0

    def take(self, rows: AnyArray) -> SharedFaces:
        """Return the faces of these rows."""
        return SharedFaces(
            self.data, self.photos.take(rows), self.old[rows], self.new[rows], self.without_face
        )


def embed_shared(
    data: str, photos: LabelledPhotos, *, old: EmbedPhotos, new: EmbedPhotos
) -> SharedFaces:
    """Embed photographs with both networks; those without a face are left out.

    Parameters
    ----------
    data
        What they are called.
    photos
        Of people.
    old, new
        What embeds, such as `facemetric.evaluation.FaceEmbedder`.
    """
    before, found = old(photos.paths)
    after, found_after = new(photos.paths)
    rows = np.flatnonzero(found & found_after)
    missing = len(photos) - len(rows)
    return SharedFaces(data, photos.take(rows), before[rows], after[rows], missing)


def held_people(data: str, photos: LabelledPhotos, *, held_share: float, seed: int) -> Int64:
    """Return the labels of the people who judge, drawn.

    Raises
    ------
    DataError
        They are too few to be compared with one another.
    """
    counts = np.bincount(photos.labels)
    order = np.random.default_rng(seed).permutation(len(counts))
    held = order[: round(held_share * len(counts))]
    held = held[np.cumsum(counts[held]) <= MOST_HELD]
    several = int((counts[held] > 1).sum())
    if len(held) < LEAST_HELD or several < LEAST_SEVERAL:
        raise DataError(
            f"{len(held)} of {len(counts)} people, {several} of them with several photographs, "
            f"would judge the map: {LEAST_HELD} are needed, {LEAST_SEVERAL} of them with several",
            item=data,
            fix=f"Name photographs of more people: {round(LEAST_HELD / held_share) + 1} or more, "
            "some with several photographs. Or hold back a larger share of them (--held-share)",
        )
    return held


def split_people(
    shared: SharedFaces, *, held_share: float = HELD_SHARE, seed: int = 0
) -> tuple[SharedFaces, SharedFaces]:
    """Return the faces to fit on and those to judge by; nobody is in both.

    Parameters
    ----------
    shared
        All.
    held_share
        Share of the people who judge, in (0, 1); fewer where they have more than `MOST_HELD`
        photographs.
    seed
        Of who they are.

    Raises
    ------
    DataError
        The people who judge are too few, or too few faces are left to fit on.
    """
    labels = shared.photos.labels
    held = held_people(shared.data, shared.photos, held_share=held_share, seed=seed)
    judging = np.isin(labels, held)
    if int((~judging).sum()) < LEAST_ROWS:
        raise DataError(
            f"{int((~judging).sum())} faces are left to fit on when {len(held)} people are held "
            f"back, {LEAST_ROWS} are needed",
            item=shared.data,
            fix="Name a larger set of photographs that both networks can see",
        )
    return shared.take(np.flatnonzero(~judging)), shared.take(np.flatnonzero(judging))
