"""What can be said of each photograph's face, to slice results by."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from facemetric.align import align_faces
from facemetric.datasets import Photo, load_photo
from facemetric.evaluation.cache import Progress, RowCache, Rows
from facemetric.evaluation.faces import FaceRule
from facemetric.evaluation.sources import code_sha256
from facemetric.quality import measure_chip
from facemetric.types import Face, Float64

TRAITS = ("size_px", "sharpness", "yaw_deg", "pitch_deg", "brightness", "contrast")
"""Fields of ``facemetric.types.ChipQuality``."""

_TEMPLATE = "arcface-112"
_CODE = ("align", "quality", "images", "evaluation/traits.py")


class FaceTraits:
    """Measures of one face of each photograph.

    Parameters
    ----------
    faces
        Which face: the rule that the embeddings were made by.
    cache
        Folder of the cache; ``None`` for none.
    workers
        Photographs in work at a time.
    progress
        Called with the number of photographs done and of all.
    """

    def __init__(
        self,
        faces: FaceRule,
        *,
        cache: Path | None = None,
        workers: int = 2,
        progress: Progress | None = None,
    ) -> None:
        key = {"kind": "traits", "faces": faces.key, "code": code_sha256(*_CODE)}
        self._faces = faces
        self._workers = workers
        self._cache = RowCache(cache, key=key, progress=progress)

    def __call__(self, photos: Sequence[Photo]) -> dict[str, Float64]:
        """Return ``float64 (N,)`` for each of `TRAITS`; NaN where the rule found no face."""
        waiting = self._cache.missing(photos)
        faces = dict(zip(waiting, self._faces(waiting), strict=True)) if waiting else {}

        def compute(part: Sequence[Photo]) -> Rows:
            with ThreadPoolExecutor(self._workers) as pool:
                rows = list(pool.map(self._measure, part, (faces[photo] for photo in part)))
            values = np.array(rows, np.float64)
            known = np.asarray(np.isfinite(values).all(axis=1))
            return {
                "known": known,
                **{name: np.nan_to_num(values[:, i]) for i, name in enumerate(TRAITS)},
            }

        rows = self._cache.rows(photos, compute)
        return {name: np.where(rows["known"], rows[name], np.nan) for name in TRAITS}

    def _measure(self, photo: Photo, face: Face | None) -> list[float]:
        if face is None and not self._faces.counts_as_found(face):
            return [np.nan] * len(TRAITS)
        image = load_photo(photo)
        if face is None:
            face = self._faces.stand_in(photo, image, _TEMPLATE)
        (chip,) = align_faces(image, [face], _TEMPLATE)
        quality = measure_chip(chip)
        return [float(getattr(quality, name)) for name in TRAITS]
