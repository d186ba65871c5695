"""Photographs that both networks have seen: some people to fit a map on, others to judge it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from facemetric.datasets import LabelledPhotos
from facemetric.embed.adaptors import LEAST_ROWS
from facemetric.errors import DataError
from facemetric.evaluation import Embedded
from facemetric.types import AnyArray, Float32

HELD_SHARE = 0.3
MOST_HELD = 4000
"""Photographs that judge, at most: all of their pairs are compared."""

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
        Too few faces are left to fit on.
    """
    labels = shared.photos.labels
    counts = np.bincount(labels)
    order = np.random.default_rng(seed).permutation(len(counts))
    held = order[: round(held_share * len(counts))]
    held = held[np.cumsum(counts[held]) <= MOST_HELD]
    judging = np.isin(labels, held)
    if int((~judging).sum()) < LEAST_ROWS:
        raise DataError(
            f"{int((~judging).sum())} faces are left to fit on when {len(held)} people are held "
            f"back, {LEAST_ROWS} are needed",
            item=shared.data,
            fix="Name a larger set of photographs that both networks can see",
        )
    return shared.take(np.flatnonzero(~judging)), shared.take(np.flatnonzero(judging))
