"""A sensitivity study: one thing is made worse, step by step, and all else stays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.embedding import Change
from facemetric.evaluation.sources import code_sha256
from facemetric.types import Chip, Face, Float32, Image


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """What a study must know of a network.

    Attributes
    ----------
    chip_px
        Width and height of the chips that it takes.
    dimension
        Of its embeddings.
    """

    chip_px: tuple[int, int]
    dimension: int


_FOLDER = "evaluation/studies"


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
    lowest, highest
        Ends of what a level can be.
    whole
        Whether it must be a whole number.
    log_axis
        Whether levels are drawn by their ratios.
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
    lowest: ClassVar[float] = 0
    highest: ClassVar[float]
    whole: ClassVar[bool] = False
    log_axis: ClassVar[bool] = False
    paper: ClassVar[Mapping[float, float]] = {}
    paper_note: ClassVar[str] = ""

    def levels_for(self, shape: NetworkShape) -> tuple[float, ...]:
        """Return the usual levels that a network of this shape can be measured at."""
        return self.levels

    def check(self, level: float, shape: NetworkShape) -> None:
        """InputError where a level is out of range."""
        fits = self.lowest <= level <= self.highest
        if not fits or (self.whole and level != int(level)):
            kind = "whole number" if self.whole else "level"
            raise InputError(
                f"expected a {kind} in [{self.lowest:g}, {self.highest:g}], got {level:g}",
                item=self.name,
            )

    def change(self, level: float, shape: NetworkShape) -> Change | None:
        """Return what happens to each photograph; ``None`` for nothing."""
        return None

    def vectors(self, vectors: Float32, level: float) -> Float32:
        """Return what becomes of the embeddings ``float32 (N, D)``, again of unit norm."""
        return vectors


class PhotoStudy(Study):
    """A study that changes photographs, faces or chips, and so embeds them anew."""

    @abstractmethod
    def change(self, level: float, shape: NetworkShape) -> Change | None:
        """Return what happens to each photograph; ``None`` for nothing."""


class VectorStudy(Study):
    """A study that changes embeddings, and so is quick."""

    @abstractmethod
    def vectors(self, vectors: Float32, level: float) -> Float32:
        """Return what becomes of the embeddings ``float32 (N, D)``, again of unit norm."""


class Unchanged:
    """A change that changes nothing: to be overridden step by step.

    Parameters
    ----------
    module
        File of this folder that the change stands in: an edit makes cached embeddings void.
    key
        What else it depends on.
    """

    def __init__(self, module: str, **key: Any) -> None:
        code = code_sha256(f"{_FOLDER}/{module}.py", f"{_FOLDER}/generator.py")
        self.key: dict[str, object] = {"study": module, **key, "code": code}

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
