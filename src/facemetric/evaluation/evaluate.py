"""One bundle under one protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import Photo, photo_name
from facemetric.errors import InputError
from facemetric.evaluation.embedding import Embedded
from facemetric.evaluation.parts import Part
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import Condition, Task
from facemetric.types import Float32, check_embeddings
from facemetric.wire import ErrorOut, MeasuredOut

Embed: TypeAlias = Callable[[Sequence[Photo]], Embedded]
"""Photographs to unit embeddings ``float32 (N, D)`` and ``bool (N,)``: whether a face was found."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was measured.

    Attributes
    ----------
    task
        The protocol with its photographs.
    bundle
        Name of the model.
    conditions
        The task's and the embedding's.
    vectors
        ``float32 (N, D)``.
    found
        ``bool (N,)``: in which photographs a face was found.
    parts
        The figures; those of the first are the headline.
    """

    task: Task
    bundle: str
    conditions: Mapping[str, Condition]
    vectors: Float32
    found: NDArray[np.bool_]
    parts: tuple[Part, ...]

    def part(self, name: str) -> Part:
        """Return the part of this name; KeyError where there is none."""
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(f"{name!r}; there are {[part.name for part in self.parts]}")

    def to_wire(self) -> MeasuredOut:
        """Return the evaluation as it is written to JSON."""
        photos = self.task.photos
        return MeasuredOut(
            protocol=self.task.protocol,
            title=self.task.title,
            bundle=self.bundle,
            conditions=dict(self.conditions),
            photos=len(photos),
            faces_found=int(self.found.sum()),
            missing=tuple(photo_name(photos[row]) for row in np.flatnonzero(~self.found)),
            left_out=tuple(map(ErrorOut.of, self.task.left_out)),
            parts=tuple(part.to_wire() for part in self.parts),
        )


def evaluate(
    task: Task,
    embed: Embed,
    settings: Settings | None = None,
    *,
    bundle: str = "",
    conditions: Mapping[str, Condition] | None = None,
) -> Evaluation:
    """Embed a task's photographs and measure.

    Parameters
    ----------
    task
        From one of the protocols, such as `lfw_task`.
    embed
        Called once, with every photograph (see `Embed`). It decides what stands for a photograph
        without a face; such photographs are counted and named, never left out.
    settings
        Rates and draws; ``None`` for the usual ones.
    bundle
        Name of what embeds.
    conditions
        Of the embedding: flip, smallest face.

    Raises
    ------
    InputError
        ``embed`` returns something else than one unit vector a photograph.
    """
    chosen = settings if settings is not None else Settings()
    vectors, found = embed(task.photos)
    vectors, found = np.asarray(vectors), np.asarray(found)
    _check(vectors, found, task.photos)
    return Evaluation(
        task=task,
        bundle=bundle,
        conditions={
            **task.conditions,
            **(conditions or {}),
            "faces": task.faces,
            "replicates": chosen.replicates,
            "confidence": chosen.confidence,
            "seed": chosen.seed,
        },
        vectors=vectors,
        found=found,
        parts=task.measure(vectors, found, chosen),
    )


def _check(vectors: Float32, found: NDArray[np.bool_], photos: Sequence[Photo]) -> None:
    check_embeddings(vectors, name="embed's vectors")
    wanted = len(photos)
    if len(vectors) != wanted or found.shape != (wanted,) or found.dtype != np.bool_:
        raise InputError(
            f"expected {wanted} rows and bool ({wanted},), got {len(vectors)} and "
            f"{found.dtype} {found.shape}",
            item="embed",
        )
    lengths = np.linalg.norm(vectors, axis=1)
    if np.abs(lengths - 1).max(initial=0) > 1e-3:
        row = int(np.abs(lengths - 1).argmax())
        raise InputError(
            f"expected unit length, got {lengths[row]:.4g}",
            item=f"embed: {photo_name(photos[row])}",
        )
