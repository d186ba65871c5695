"""From files to embeddings, one face a file: the ``embed`` that the protocols call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.align import align_faces, template_face
from facemetric.embed import Embedder
from facemetric.evaluation.cache import Progress, RowCache, Rows
from facemetric.evaluation.faces import CentralFaceFinder
from facemetric.evaluation.sources import code_sha256
from facemetric.images import load_image
from facemetric.types import Chip, Face, Float32, Image

FALLBACK_SHARE = 0.5
"""Side of the centre square that stands for a face not found, per shorter side of the picture."""

_CODE = (
    *("align", "embed", "images", "runtime"),
    *("bundle/network.py", "bundle/preprocess.py", "evaluation/embedding.py"),
)
_PART = 64  # files whose chips are in memory together


class FaceEmbedder:
    """Detects, aligns and embeds the face nearest the centre of each file.

    Where no face is found the square in the middle of the picture, half its shorter side wide, is
    embedded in its place, and the answer says so.

    Parameters
    ----------
    embedder
        A bundle's network, with or without flip.
    faces
        Finds the faces; one finder, and so one cache of faces, serves several bundles.
    cache
        Folder of the cache of embeddings; ``None`` for none.
    workers
        Files decoded and aligned at a time.
    progress
        Called with the number of files done and of all.
    """

    def __init__(
        self,
        embedder: Embedder,
        faces: CentralFaceFinder,
        *,
        cache: Path | None = None,
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
            "fallback_share": FALLBACK_SHARE,
            "code": code_sha256(*_CODE),
        }
        self._embedder = embedder
        self._faces = faces
        self._alignment = manifest.alignment
        self._workers = workers
        self._cache = RowCache(cache, key=self.key, progress=progress)

    def __call__(self, paths: Sequence[Path]) -> tuple[Float32, NDArray[np.bool_]]:
        """Return ``float32 (N, D)`` unit embeddings of ``paths``, and where a face was found.

        Raises
        ------
        ImageError
            A file cannot be decoded.
        """
        # All faces first: they have a cache of their own, which other bundles share.
        waiting = self._cache.missing(paths)
        faces = dict(zip(waiting, self._faces(waiting), strict=True)) if waiting else {}
        rows = self._cache.rows(paths, lambda part: self._compute(part, faces))
        return rows["vectors"].astype(np.float32, copy=False), rows["found"]

    def _compute(self, paths: Sequence[Path], faces: Mapping[Path, Face | None]) -> Rows:
        vectors = []
        with ThreadPoolExecutor(self._workers) as pool:
            for start in range(0, len(paths), _PART):
                part = paths[start : start + _PART]
                chips = list(pool.map(self._chip, part, (faces[path] for path in part)))
                vectors.append(self._embedder.embed(chips))
        found = np.array([faces[path] is not None for path in paths])
        return {"vectors": np.concatenate(vectors), "found": found}

    def _chip(self, path: Path, face: Face | None) -> Chip:
        image = load_image(path)
        if face is None:
            face = template_face(centre_square(image), self._alignment.template)
        (chip,) = align_faces(
            image, [face], self._alignment.template, margin_px=self._alignment.margin_px
        )
        return chip


def centre_square(image: Image) -> Float32:
    """Return the box ``float32 (4,)`` in the middle whose side is half the shorter side."""
    middle = np.array(image.size_px, np.float32) / 2
    half = FALLBACK_SHARE * min(image.size_px) / 2
    return np.concatenate([middle - half, middle + half]).astype(np.float32)
