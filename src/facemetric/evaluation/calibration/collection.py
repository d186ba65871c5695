"""A collection of people as a calibration takes it: photographs in which a face was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import LabelledPhotos, data_root, read_celeba, read_identity_folders
from facemetric.errors import CalibrationError
from facemetric.evaluation.embedding import Embedded
from facemetric.types import Float32

EmbedPaths: TypeAlias = Callable[[Sequence[Path]], Embedded]

NAMED: dict[str, tuple[Callable[[Path], LabelledPhotos], float, str]] = {
    "celeba": (read_celeba, 20, "CelebA subsets"),
    "lfw": (lambda root: read_identity_folders(root / "lfw"), 40, "LFW"),
}
"""Collections of the research data: how they are read, the smallest face in pixels, their name."""


def read_collection(source: str) -> tuple[LabelledPhotos, float, str]:
    """Return the photographs of a name in `NAMED` or of a folder of people's folders.

    With the smallest face to look for, in pixels, and a name for the data.

    Raises
    ------
    DataError
        There is no such data, or no photographs in folders.
    """
    if source in NAMED:
        read, face_px, name = NAMED[source]
        return read(data_root()), face_px, name
    return read_identity_folders(Path(source)), 40, Path(source).resolve().name


@dataclass(frozen=True, eq=False)
class Collection:
    """Embeddings of people.

    Attributes
    ----------
    data
        What it is called.
    photos
        Those in which a face was found.
    vectors
        ``float32 (N, D)``, unit norm.
    without_face
        How many more photographs there were.
    """

    data: str
    photos: LabelledPhotos
    vectors: Float32
    without_face: int

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """``int64 (N,)``: the row of each photograph's person in ``photos.names``."""
        return self.photos.labels

    def without(self, names: Sequence[str]) -> Collection:
        """Return it without some people.

        Raises
        ------
        CalibrationError
            Fewer than two people are left.
        """
        dropped = set(names)
        rows = [row for row, person in enumerate(self.photos.people) if person not in dropped]
        left = self.photos.take(rows)
        if len(left.names) < 2:
            raise CalibrationError(
                f"{len(left.names)} people are left, two at least are needed",
                item=self.data,
                fix="Give photographs of more people, or a higher similarity from which two are "
                "taken for one (--alike)",
            )
        return Collection(self.data, left, self.vectors[rows], self.without_face)


def embed_collection(data: str, photos: LabelledPhotos, embed: EmbedPaths) -> Collection:
    """Embed a collection and keep the photographs in which a face was found.

    Raises
    ------
    CalibrationError
        They show fewer than two people.
    """
    vectors, found = embed(photos.paths)
    rows = np.flatnonzero(found)
    whole = Collection(data, photos.take(rows), vectors[rows], int((~found).sum()))
    return whole.without(())
