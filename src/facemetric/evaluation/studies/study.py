"""A sensitivity study: one thing is made worse, step by step, and all else stays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.embedding import Change
from facemetric.types import Chip, Face, Float32, Image


class Study(ABC):
    """What is varied, over which levels, and what the paper found.

    Attributes
    ----------
    name
        On the command line.
    title
        Of the table and the plot.
    axis
        What a level is, with its unit.
    levels
        The usual ones.
    paper
        FaceNet's validation rates at FAR 1e-3 in percent, by level, where it has such a table:
        Schroff, Kalenichenko, Philbin, CVPR 2015, section 5.
    paper_note
        What the paper's figures are.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    axis: ClassVar[str]
    levels: ClassVar[tuple[float, ...]]
    paper: ClassVar[Mapping[float, float]] = {}
    paper_note: ClassVar[str] = ""

    def check(self, level: float) -> None:
        """InputError where a level is out of range."""
        if not np.isfinite(level) or level < 0:
            raise InputError(f"expected a level from 0, got {level:g}", item=self.name)

    def change(self, level: float) -> Change | None:
        """Return what happens to each photograph; ``None`` for nothing."""
        return None

    def vectors(self, vectors: Float32, level: float) -> Float32:
        """Return what becomes of the embeddings ``float32 (N, D)``, again of unit norm."""
        return vectors


class PhotoStudy(Study):
    """A study that changes photographs, faces or chips, and so embeds them anew."""

    @abstractmethod
    def change(self, level: float) -> Change | None:
        """Return what happens to each photograph; ``None`` for nothing."""


class VectorStudy(Study):
    """A study that changes embeddings, and so is quick."""

    @abstractmethod
    def vectors(self, vectors: Float32, level: float) -> Float32:
        """Return what becomes of the embeddings ``float32 (N, D)``, again of unit norm."""


class Unchanged:
    """A change that changes nothing: to be overridden step by step."""

    def __init__(self, **key: Any) -> None:
        self.key: dict[str, object] = key

    def photo(self, image: Image) -> Image:
        """Return the photograph."""
        return image

    def face(self, face: Face, image: Image) -> Face:
        """Return the face."""
        return face

    def chip(self, chip: Chip, image: Image) -> Chip:
        """Return the chip."""
        return chip


def unit_norm(vectors: Float32) -> Float32:
    """Return rows of unit length; a row of zeros becomes the first axis."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    scaled[lengths[:, 0] == 0, 0] = 1
    rows: Float32 = scaled.astype(np.float32)
    return rows


def generator_of(image: Image, seed: int) -> np.random.Generator:
    """Return random numbers that belong to a photograph, whatever the order of the work.

    Raises
    ------
    InputError
        The picture has no hash: it did not come from a file.
    """
    if image.sha256 is None:
        raise InputError("expected a picture with a hash", item=image.source)
    return np.random.default_rng([seed, int(image.sha256[:15], 16)])
