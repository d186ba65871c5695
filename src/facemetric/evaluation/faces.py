"""One face for each photograph: found by the detector, placed by a rule, or given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from facemetric.align import TEMPLATES, template_face
from facemetric.datasets import BoxedPhoto, Photo, load_photo
from facemetric.detect import Mtcnn, select_faces
from facemetric.errors import ImageError
from facemetric.evaluation.cache import Progress, RowCache, Rows
from facemetric.evaluation.sources import code_sha256
from facemetric.types import AnyArray, Face, Float32, Image

CENTRE_SHARE = 0.5
"""Side of the centre square that stands for a face not found, per shorter side of the picture."""
LEAST_OVERLAP = 0.3
"""A detection belongs to a given box from this intersection over union."""

# Where MTCNN's box lies in an arcface-112 chip: the median over LFW, in chip pixels.
_BOX_IN_CHIP = np.array([17, 11, 95, 117], np.float32)
_CODE = ("detect", "images", "runtime", "evaluation/faces.py")
# A process takes about a second to start: no gain below.
_LEAST_FOR_PROCESSES = 64


@dataclass(frozen=True, eq=False, slots=True)
class CentralFaces:
    """The face of each picture.

    Attributes
    ----------
    found
        ``bool (N,)``; where it is false the other rows are zero.
    readable
        ``bool (N,)``: whether the picture could be decoded.
    boxes_xyxy_px
        ``float32 (N, 4)``.
    scores
        ``float32 (N,)``.
    landmarks_px
        ``float32 (N, 5, 2)``.
    """

    found: NDArray[np.bool_]
    readable: NDArray[np.bool_]
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


class FaceRule(Protocol):
    """Which face of a photograph is embedded.

    Attributes
    ----------
    key
        What the choice depends on: JSON values, part of every cache's key.
    """

    key: dict[str, object]

    def __call__(self, photos: Sequence[Photo]) -> Iterable[Face | None]:
        """Return the faces; ``None`` where `stand_in` makes one."""

    def counts_as_found(self, face: Face | None) -> bool:
        """Return whether a face was had without making one up."""

    def stand_in(self, photo: Photo, image: Image, template: str) -> Face:
        """Return the face that is embedded where there is none, for a bundle's template."""


class CentralFaceFinder:
    """Finds the face nearest the centre of each picture, or the one in the box that is given.

    Where none is found, the square in the middle of the picture, half its shorter side wide, or
    the given box, stands for it.

    Parameters
    ----------
    min_face_px
        See ``facemetric.detect.Mtcnn``.
    cache
        Folder of the cache; ``None`` for none.
    workers
        Pictures in work at a time, each on one thread.
    processes
        Whether the workers are processes; a script that asks for it needs the usual
        ``if __name__ == "__main__":``. Otherwise they are threads.
    progress
        Called with the number of pictures done and of all.
    """

    def __init__(
        self,
        *,
        min_face_px: float = 40,
        cache: Path | None = None,
        workers: int = 2,
        processes: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.key: dict[str, object] = {
            "kind": "central face",
            "detector": Mtcnn.name,
            "min_face_px": float(min_face_px),
            "code": code_sha256(*_CODE),
        }
        self._find = _Find(min_face_px)
        self._workers = workers
        self._processes = processes
        self._cache = RowCache(cache, key=self.key, progress=progress)

    def __call__(self, photos: Sequence[Photo]) -> CentralFaces:
        """Return the faces of ``photos``; raises as `RowCache.rows` does."""
        waiting = len(self._cache.missing(photos)) if photos else 0
        with self._pool(waiting) as pool:
            rows = self._cache.rows(photos, lambda part: _rows(pool, self._find, part))
        return CentralFaces(
            rows["found"], rows["readable"], rows["boxes"], rows["scores"], rows["landmarks"]
        )

    def counts_as_found(self, face: Face | None) -> bool:
        """Return whether the detector found it."""
        return face is not None

    def stand_in(self, photo: Photo, image: Image, template: str) -> Face:
        """Return the given box, or the centre square, as a face."""
        if isinstance(photo, BoxedPhoto):
            return template_face(np.array(photo.box_xyxy_px), template)
        return template_face(centre_square(image), template)

    def _pool(self, waiting: int) -> AbstractContextManager[Executor | None]:
        if not waiting:
            return nullcontext()
        if self._processes and self._workers > 1 and waiting >= _LEAST_FOR_PROCESSES:
            # ONNX Runtime does not survive a fork.
            return ProcessPoolExecutor(self._workers, mp_context=get_context("spawn"))
        return ThreadPoolExecutor(self._workers)


class CentreCrop:
    """No detector: the middle of each picture, as in FaceNet's centre-crop figure for LFW.

    Schroff, Kalenichenko, Philbin, "FaceNet", CVPR 2015, section 5.6.
    """

    def __init__(self) -> None:
        self.key: dict[str, object] = {"kind": "centre crop", "share": CENTRE_SHARE}

    def __call__(self, photos: Sequence[Photo]) -> Sequence[Face | None]:
        """Return nothing for each: `stand_in` places the face."""
        return [None] * len(photos)

    def counts_as_found(self, face: Face | None) -> bool:
        """Return true: nothing was looked for."""
        return True

    def stand_in(self, photo: Photo, image: Image, template: str) -> Face:
        """Return the centre square as a face."""
        return template_face(centre_square(image), template)


class ReadyChips:
    """The pictures are faces already, aligned to a template such as InsightFace's.

    Parameters
    ----------
    template
        Name of the landmark template that the pictures were aligned to, at any size.
    """

    def __init__(self, template: str = "arcface-112") -> None:
        self.key: dict[str, object] = {"kind": "ready chip", "template": template}
        self._template = template

    def __call__(self, photos: Sequence[Photo]) -> Sequence[Face | None]:
        """Return nothing for each: `stand_in` places the face."""
        return [None] * len(photos)

    def counts_as_found(self, face: Face | None) -> bool:
        """Return true: whoever made the pictures found the faces."""
        return True

    def stand_in(self, photo: Photo, image: Image, template: str) -> Face:
        """Return the face whose landmarks are the template's, whatever the bundle's own is."""
        width, height = image.size_px
        whole = template_face(np.array([0, 0, width, height], np.float32), self._template)
        if TEMPLATES[template].points_px is not None:
            return whole
        box = _BOX_IN_CHIP * np.array([width, height, width, height]) / 112
        return Face(box.astype(np.float32), 0.0, whole.landmarks_px)


def centre_square(image: Image) -> Float32:
    """Return the box ``float32 (4,)`` in the middle whose side is half the shorter side."""
    middle = np.array(image.size_px, np.float32) / 2
    half = CENTRE_SHARE * min(image.size_px) / 2
    return np.concatenate([middle - half, middle + half]).astype(np.float32)


@dataclass(frozen=True)
class _Find:
    """Finds the face of one photograph; can be sent to another process."""

    min_face_px: float

    def __call__(self, photo: Photo) -> tuple[bool, Face | None]:
        """Return whether the photograph could be decoded, and its face."""
        try:
            image = load_photo(photo)
        except ImageError:
            return False, None
        if isinstance(photo, BoxedPhoto) and photo.landmarks_px is not None:
            points = np.array(photo.landmarks_px, np.float32)
            return True, Face(np.asarray(photo.box_xyxy_px, np.float32), 1.0, points)
        faces = _detector(self.min_face_px).detect(image)
        if isinstance(photo, BoxedPhoto):
            return True, _in_box(faces, photo.box_xyxy_px)
        return True, next(iter(select_faces(faces, image, select="central")), None)


@cache
def _detector(min_face_px: float) -> Mtcnn:
    return Mtcnn(min_face_px=min_face_px, threads=1)


def _in_box(faces: Sequence[Face], box: tuple[float, float, float, float]) -> Face | None:
    overlaps = [_overlap(face.box_xyxy_px, np.array(box)) for face in faces]
    best = int(np.argmax(overlaps)) if overlaps else -1
    return faces[best] if best >= 0 and overlaps[best] >= LEAST_OVERLAP else None


def _overlap(first: AnyArray, second: AnyArray) -> float:
    """Intersection over union of two boxes."""
    sides = np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2])
    shared = float(np.prod(np.maximum(sides, 0)))
    areas = float(np.prod(first[2:] - first[:2]) + np.prod(second[2:] - second[:2]))
    return shared / (areas - shared)


def _rows(
    pool: Executor | None,
    find: Callable[[Photo], tuple[bool, Face | None]],
    photos: Sequence[Photo],
) -> Rows:
    assert pool is not None
    answers = list(pool.map(find, photos))
    faces = [face for _, face in answers]
    return {
        "readable": np.array([readable for readable, _ in answers]),
        "found": np.array([face is not None for face in faces]),
        "boxes": _stack([None if f is None else f.box_xyxy_px for f in faces], (4,)),
        "scores": np.array([0.0 if f is None else f.score for f in faces], np.float32),
        "landmarks": _stack([None if f is None else f.landmarks_px for f in faces], (5, 2)),
    }


def _stack(values: Sequence[Float32 | None], shape: tuple[int, ...]) -> Float32:
    empty = np.zeros(shape, np.float32)
    return np.stack([empty if value is None else value for value in values]).astype(np.float32)
