"""A protocol with its photographs: what must be embedded, and what becomes of the vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.bundle import Manifest
from facemetric.datasets import Photo
from facemetric.errors import InputError
from facemetric.evaluation.parts import Part
from facemetric.evaluation.settings import Settings
from facemetric.types import Float32, ItemError

Faces: TypeAlias = Literal["central", "usual", "centre", "ready"]
"""``"central"``: the detected face nearest the centre, or in the given box; ``"usual"``: the same,
and one that is not found is where the others are (`UsualPlace`); ``"centre"``: the middle of the
picture, nothing detected; ``"ready"``: the pictures are aligned faces."""

BY_RULE = "left_out"
"""Code of a photograph that a protocol's rule leaves out: no failure."""

Condition: TypeAlias = str | int | float | bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Task(ABC):
    """Photographs and the rule that makes figures of their embeddings.

    Attributes
    ----------
    protocol
        Name on the command line and in JSON.
    title
        What a reader would cite.
    photos
        Every photograph that is embedded.
    people
        The person in each photograph; empty where that is unknown.
    fold
        ``int64 (N,)``: the fold of each photograph, -1 where it is in several; ``None`` without
        folds. For checks on leakage.
    faces
        Which face of a photograph counts; see `Faces`.
    conditions
        What else the figures depend on: seeds, list names, sizes.
    left_out
        Photographs of the source that do not count, and why; with the code `BY_RULE` where the
        protocol wants it so, otherwise because they could not be used.
    """

    protocol: ClassVar[str]
    title: str
    photos: tuple[Photo, ...]
    people: tuple[str, ...] = ()
    fold: NDArray[np.int64] | None = None
    faces: Faces = "central"
    conditions: dict[str, Condition]
    left_out: tuple[ItemError, ...] = ()

    def __post_init__(self) -> None:
        if self.people and len(self.people) != len(self.photos):
            raise InputError(
                f"expected a person for each of {len(self.photos)} photographs, got "
                f"{len(self.people)}",
                item="people",
            )

    def for_bundle(self, manifest: Manifest, *, flip: bool) -> Self:
        """Return the task as a bundle is measured by it, which may judge its calibration too.

        Parameters
        ----------
        manifest
            The bundle's.
        flip
            Whether embeddings are averaged over the mirrored chip.
        """
        return self

    @property
    def failed(self) -> tuple[ItemError, ...]:
        """Those of ``left_out`` that could not be used."""
        return tuple(one for one in self.left_out if one.code != BY_RULE)

    @abstractmethod
    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        """Return the figures.

        Parameters
        ----------
        vectors
            ``float32 (N, D)``, unit norm: one for each of ``photos``.
        found
            ``bool (N,)``: whether a face was found; where not, the vector is the stand-in's.
        settings
            Rates and draws.
        """


def person_numbers(people: tuple[str, ...]) -> NDArray[np.int64]:
    """Return ``int64 (N,)``: people by the rank of their names."""
    return np.unique(np.array(people), return_inverse=True)[1].astype(np.int64)


def fold_of_photos(
    photos: int, pairs: NDArray[np.int64], fold: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return ``int64 (photos,)``: the fold in whose pairs each photograph is, -1 for several."""
    lowest = np.full(photos, np.iinfo(np.int64).max)
    highest = np.full(photos, -1, np.int64)
    for side in (0, 1):
        np.minimum.at(lowest, pairs[:, side], fold)
        np.maximum.at(highest, pairs[:, side], fold)
    return np.where(lowest == highest, highest, -1)
