"""Measures of each photograph's face at the template of a pack, kept in the evaluation's cache."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.align import align_faces
from facemetric.datasets import Photo, load_photo
from facemetric.errors import FacemetricError
from facemetric.evaluation.cache import Progress, RowCache, Rows
from facemetric.evaluation.faces import CentralFaceFinder, CentralFaces
from facemetric.evaluation.sources import code_sha256
from facemetric.jobs.parent import worker_pool
from facemetric.quality import measure_chip
from facemetric.types import ChipQuality, Face, Float64

MEASURES = tuple(field.name for field in dataclasses.fields(ChipQuality))
"""The fields of ``facemetric.types.ChipQuality``."""
_CODE = ("align", "quality", "images", "jobs/measuring.py")
_LEAST_FOR_PROCESSES = 64


@dataclass(frozen=True, eq=False, slots=True)
class Measured:
    """Measures of faces, row by row.

    Attributes
    ----------
    values
        ``float64 (N, M)`` in the order of `MEASURES`; zero where there is no chip.
    known
        ``bool (N,)``: whether a face was found and could be cut out.
    """

    values: Float64
    known: NDArray[np.bool_]

    def row(self, row: int) -> dict[str, float]:
        """Return the measures of one face by name; none where there is no chip."""
        if not self.known[row]:
            return {}
        return dict(zip(MEASURES, self.values[row].tolist(), strict=True))


def measure_faces(
    photos: Sequence[Photo],
    faces: CentralFaces,
    *,
    finder: CentralFaceFinder,
    template: str,
    cache: Path | None,
    workers: int,
    progress: Progress | None,
) -> Measured:
    """Align the found faces and measure the chips; what cannot be aligned is not known.

    Parameters
    ----------
    photos, faces
        The photographs and their faces, in the same order.
    finder
        What found them: part of the cache's key.
    template
        A name in ``facemetric.align.TEMPLATES``.
    cache, progress
        As for `facemetric.evaluation.CentralFaceFinder`.
    workers
        Processes.
    """
    key = {
        "kind": "chip measures",
        "faces": finder.key,
        "template": template,
        "code": code_sha256(*_CODE),
    }
    rows = RowCache(cache, key=key, progress=progress)
    face_of = dict(zip(photos, faces, strict=True))
    measure = _Measure(template)
    waiting = len(rows.missing(photos))
    with _pool(workers, waiting) as pool:

        def compute(part: Sequence[Photo]) -> Rows:
            items = [(photo, face_of[photo]) for photo in part]
            if pool is None:
                found = list(map(measure, items))
            else:
                found = list(pool.map(measure, items, chunksize=16))
            values = np.zeros((len(part), len(MEASURES)))
            for row, one in enumerate(found):
                if one is not None:
                    values[row] = one
            return {"values": values, "known": np.array([one is not None for one in found])}

        got = rows.rows(photos, compute)
    return Measured(got["values"], got["known"])


def _pool(workers: int, waiting: int) -> AbstractContextManager[Executor | None]:
    if workers < 2 or waiting < _LEAST_FOR_PROCESSES:
        return nullcontext()
    return worker_pool(workers)


@dataclass(frozen=True)
class _Measure:
    template: str

    def __call__(self, item: tuple[Photo, Face | None]) -> tuple[float, ...] | None:
        photo, face = item
        if face is None:
            return None
        try:
            (chip,) = align_faces(load_photo(photo), [face], self.template)
            values = dataclasses.astuple(measure_chip(chip))
        except FacemetricError:
            return None
        return values if np.isfinite(values).all() else None
