"""From photographs to embeddings, one face each: the ``embed`` that an evaluation calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.align import align_faces
from facemetric.datasets import Photo, load_photo
from facemetric.embed import Embedder
from facemetric.evaluation.cache import Progress, RowCache, Rows
from facemetric.evaluation.faces import FaceRule
from facemetric.evaluation.sources import code_sha256
from facemetric.types import Chip, Face, Float32, Image

_CODE = (
    *("align", "embed", "images", "runtime"),
    *("bundle/network.py", "bundle/preprocess.py", "evaluation/embedding.py"),
)
_PART = 64  # photographs whose chips are in memory together

Embedded: TypeAlias = tuple[Float32, NDArray[np.bool_]]
"""``float32 (N, D)`` unit embeddings, and ``bool (N,)``: whether a face was found."""


class Change(Protocol):
    """What a study does to a photograph before its face is embedded; each step may do nothing.

    Faces are found in the photograph as it is, so that a study measures the embedding alone.

    Attributes
    ----------
    key
        What it does: JSON values, part of the cache's key.
    """

    key: dict[str, object]

    def photo(self, image: Image) -> Image:
        """Return the photograph that chips are cut from, at the same size."""

    def face(self, face: Face, image: Image) -> Face:
        """Return the face by whose landmarks the chip is cut."""

    def chip(self, chip: Chip, image: Image) -> Chip:
        """Return the chip that is embedded, of the same size."""


class FaceEmbedder:
    """Aligns and embeds one face of each photograph.

    Where the rule finds none, its stand-in is embedded, and the answer says so.

    Parameters
    ----------
    embedder
        A bundle's network, with or without flip.
    faces
        Which face; one rule, and so one cache of faces, serves several bundles.
    cache
        Folder of the cache of embeddings; ``None`` for none.
    change
        What is done to each photograph first; ``None`` for nothing.
    workers
        Photographs decoded and aligned at a time.
    progress
        Called with the number of photographs done and of all.
    """

    def __init__(
        self,
        embedder: Embedder,
        faces: FaceRule,
        *,
        cache: Path | None = None,
        change: Change | None = None,
        workers: int = 2,
        progress: Progress | None = None,
    ) -> None:
        manifest = embedder.bundle.manifest
        self.key: dict[str, object] = {
            "kind": "embedding",
            "faces": faces.key,
            "model": manifest.model.model_dump(mode="json"),
            "input": manifest.input.model_dump(mode="json"),
            "alignment": manifest.alignment.model_dump(mode="json"),
            "flip": embedder.flip,
            "code": code_sha256(*_CODE),
        }
        if change is not None:
            self.key["change"] = change.key
        self._embedder = embedder
        self._faces = faces
        self._alignment = manifest.alignment
        self._change = change
        self._workers = workers
        self._cache = RowCache(cache, key=self.key, progress=progress)

    def __call__(self, photos: Sequence[Photo]) -> Embedded:
        """Return the embeddings of ``photos``, and where a face was found.

        Raises
        ------
        ImageError
            A photograph cannot be decoded.
        """
        # All faces first: they have a cache of their own, which other bundles share.
        waiting = self._cache.missing(photos)
        faces = dict(zip(waiting, self._faces(waiting), strict=True)) if waiting else {}
        rows = self._cache.rows(photos, lambda part: self._compute(part, faces))
        return rows["vectors"].astype(np.float32, copy=False), rows["found"]

    def _compute(self, photos: Sequence[Photo], faces: Mapping[Photo, Face | None]) -> Rows:
        vectors = []
        with ThreadPoolExecutor(self._workers) as pool:
            for start in range(0, len(photos), _PART):
                part = photos[start : start + _PART]
                chips = list(pool.map(self._chip, part, (faces[photo] for photo in part)))
                vectors.append(self._embedder.embed(chips))
        found = np.array([self._faces.counts_as_found(faces[photo]) for photo in photos])
        return {"vectors": np.concatenate(vectors), "found": found}

    def _chip(self, photo: Photo, face: Face | None) -> Chip:
        image = load_photo(photo)
        if face is None:
            face = self._faces.stand_in(photo, image, self._alignment.template)
        if self._change is not None:
            face, image = self._change.face(face, image), self._change.photo(image)
        (chip,) = align_faces(
            image, [face], self._alignment.template, margin_px=self._alignment.margin_px
        )
        return chip if self._change is None else self._change.chip(chip, image)
