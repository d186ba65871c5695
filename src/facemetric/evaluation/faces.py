"""One face for each file: the detector's choice nearest the centre, or a stated fallback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.detect import Detector, Mtcnn, select_faces
from facemetric.evaluation.cache import Progress, RowCache, Rows
from facemetric.evaluation.sources import code_sha256
from facemetric.images import load_image
from facemetric.types import Face, Float32


@dataclass(frozen=True, eq=False, slots=True)
class CentralFaces:
    """The face nearest the centre of each picture.

    Attributes
    ----------
    found
        ``bool (N,)``; where it is false the other rows are zero.
    boxes_xyxy_px
        ``float32 (N, 4)``.
    scores
        ``float32 (N,)``.
    landmarks_px
        ``float32 (N, 5, 2)``.
    """

    found: NDArray[np.bool_]
    boxes_xyxy_px: Float32
    scores: Float32
    landmarks_px: Float32

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Face | None]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> Face | None:
        if not self.found[row]:
            return None
        return Face(self.boxes_xyxy_px[row], float(self.scores[row]), self.landmarks_px[row])


class CentralFaceFinder:
    """Finds the central face of each picture, with a cache.

    Parameters
    ----------
    min_face_px
        See ``facemetric.detect.Mtcnn``.
    cache
        Folder of the cache; ``None`` for none.
    workers
        Pictures in work at a time, each on one thread.
    progress
        Called with the number of pictures done and of all.
    """

    def __init__(
        self,
        *,
        min_face_px: float = 40,
        cache: Path | None = None,
        workers: int = 2,
        progress: Progress | None = None,
    ) -> None:
        self.key: dict[str, object] = {
            "kind": "central face",
            "detector": Mtcnn.name,
            "min_face_px": min_face_px,
            "code": code_sha256("detect", "images", "runtime", "evaluation/faces.py"),
        }
        self._min_face_px = min_face_px
        self._workers = workers
        self._cache = RowCache(cache, key=self.key, progress=progress)
        self._detector: Detector | None = None

    def __call__(self, paths: Sequence[Path]) -> CentralFaces:
        """Return the faces of ``paths``; raises as `facemetric.images.load_image` does."""
        rows = self._cache.rows(paths, self._compute)
        return CentralFaces(rows["found"], rows["boxes"], rows["scores"], rows["landmarks"])

    def _compute(self, paths: Sequence[Path]) -> Rows:
        if self._detector is None:
            self._detector = Mtcnn(min_face_px=self._min_face_px, threads=1)
        with ThreadPoolExecutor(self._workers) as pool:
            faces = list(pool.map(self._central, paths))
        return {
            "found": np.array([face is not None for face in faces]),
            "boxes": _stack([None if f is None else f.box_xyxy_px for f in faces], (4,)),
            "scores": np.array([0.0 if f is None else f.score for f in faces], np.float32),
            "landmarks": _stack([None if f is None else f.landmarks_px for f in faces], (5, 2)),
        }

    def _central(self, path: Path) -> Face | None:
        assert self._detector is not None
        image = load_image(path)
        return next(iter(select_faces(self._detector.detect(image), image, select="central")), None)


def _stack(values: Sequence[Float32 | None], shape: tuple[int, ...]) -> Float32:
    empty = np.zeros(shape, np.float32)
    return np.stack([empty if value is None else value for value in values]).astype(np.float32)
