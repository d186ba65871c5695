"""MTCNN: three networks in a cascade, from thousands of windows to boxes with five landmarks."""

from __future__ import annotations

import math

import numpy as np

from facemetric.detect import networks
from facemetric.detect.boxes import regress, square
from facemetric.detect.crops import crop_squares
from facemetric.detect.detector import DETECTORS
from facemetric.detect.nms import nms
from facemetric.detect.pyramid import WINDOW_PX, level_sizes, resize_level, tiles
from facemetric.detect.weights import load_weights
from facemetric.errors import InputError
from facemetric.runtime import Session
from facemetric.types import Face, Float32, Image, UInt8

_STRIDE_PX = 2
_TILE_PX = 1 << 19  # bounds P-Net's memory on huge pictures (about 40 bytes a pixel)
_BATCH = 256


@DETECTORS.register("mtcnn")
class Mtcnn:
    """The detector of Zhang et al. 2016 (arXiv:1604.02878), the default one.

    Parameters
    ----------
    min_face_px
        Side of the smallest face wanted, in full-size pixels, at least 6.
    thresholds
        Least face probability after each of the three networks, in (0, 1).
    factor
        Ratio of one pyramid level to the one before, in (0, 1): nearer to 1 finds more, slower.
    max_faces
        Keep only so many faces, the most certain; all where ``None``.
    provider, threads
        See ``facemetric.runtime.Session``.

    Raises
    ------
    InputError
        An option is out of range.
    IntegrityError
        The weight files are not the expected ones.
    """

    name = "mtcnn"

    def __init__(
        self,
        *,
        min_face_px: float = 40,
        thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7),
        factor: float = 0.709,
        max_faces: int | None = None,
        provider: str = "cpu",
        threads: int | None = None,
    ) -> None:
        if not 6 <= min_face_px < math.inf:
            raise InputError(f"expected at least 6 pixels, got {min_face_px}", item="min_face_px")
        if len(thresholds) != 3 or not all(0 < value < 1 for value in thresholds):
            raise InputError(f"expected three in (0, 1), got {thresholds}", item="thresholds")
        if not 0.1 <= factor <= 0.95:
            raise InputError(f"expected 0.1 to 0.95, got {factor}", item="factor")
        if max_faces is not None and max_faces < 1:
            raise InputError(f"expected at least 1, got {max_faces}", item="max_faces")
        self.min_face_px = min_face_px
        self.thresholds = thresholds
        self.factor = factor
        self.max_faces = max_faces
        self._logits = [math.log(value / (1 - value)) for value in thresholds]
        self._pnet = Session(
            networks.pnet(load_weights("pnet")), provider=provider, threads=threads
        )
        self._rnet = Session(
            networks.rnet(load_weights("rnet")), provider=provider, threads=threads
        )
        self._onet = Session(
            networks.onet(load_weights("onet")), provider=provider, threads=threads
        )

    def detect(self, image: Image) -> tuple[Face, ...]:
        """Return the faces by falling score, in pixels of the upright full-size image."""
        scale = np.asarray(image.scale_xy, np.float32)
        min_face_px = self.min_face_px * float(scale.max())
        boxes = self._propose(image.pixels, min_face_px)
        boxes = self._refine(image.pixels, boxes)
        boxes, logits, points = self._finish(image.pixels, boxes)
        boxes /= np.concatenate([scale, scale])
        points /= scale
        scores = 1 / (1 + np.exp(-logits.astype(np.float64)))
        faces = [
            Face(box_xyxy_px=box, score=float(score), landmarks_px=five)
            for box, score, five in zip(boxes, scores, points, strict=True)
        ]
        return tuple(faces[: self.max_faces])

    def _propose(self, pixels: UInt8, min_face_px: float) -> Float32:
        """P-Net over the pyramid: candidate squares."""
        height, width = pixels.shape[:2]
        sizes = level_sizes((width, height), min_face_px=min_face_px, factor=self.factor)
        found = [self._propose_level(pixels, size) for size in sizes]
        rows = np.concatenate(found) if found else np.zeros((0, 9), np.float32)
        rows = rows[nms(rows[:, :4], rows[:, 4], threshold=0.7)]
        return square(regress(rows[:, :4], rows[:, 5:]))

    def _propose_level(self, pixels: UInt8, size_px: tuple[int, int]) -> Float32:
        level = resize_level(pixels, size_px)
        found = []
        for rows, columns in tiles(size_px, max_px=_TILE_PX):
            (answer,) = self._pnet.run({"pixels": level[None, rows, columns]})
            cells = np.nonzero(answer[0, 0] >= self._logits[0])
            corner = np.stack([cells[1], cells[0]], axis=1) * _STRIDE_PX
            corner += (columns.start, rows.start)
            found.append(np.concatenate([corner, corner + WINDOW_PX, answer[0][:, *cells].T], 1))
        candidates = np.concatenate(found).astype(np.float32)
        candidates = candidates[nms(candidates[:, :4], candidates[:, 4], threshold=0.5)]
        candidates[:, 0:4:2] *= pixels.shape[1] / size_px[0]
        candidates[:, 1:4:2] *= pixels.shape[0] / size_px[1]
        return candidates

    def _refine(self, pixels: UInt8, boxes: Float32) -> Float32:
        """R-Net: fewer and better squares."""
        answer = _run(self._rnet, pixels, boxes, side_px=24)
        sure = answer[:, 0] > self._logits[1]
        boxes, answer = boxes[sure], answer[sure]
        kept = nms(boxes, answer[:, 0], threshold=0.7)
        return square(regress(boxes[kept], answer[kept, 1:]))

    def _finish(self, pixels: UInt8, boxes: Float32) -> tuple[Float32, Float32, Float32]:
        """O-Net: boxes, logits and landmarks."""
        answer = _run(self._onet, pixels, boxes, side_px=48)
        sure = answer[:, 0] > self._logits[2]
        boxes, answer = boxes[sure], answer[sure]
        sides = boxes[:, 2:] - boxes[:, :2]
        points = answer[:, 5:].reshape(-1, 2, 5).transpose(0, 2, 1)
        points = boxes[:, None, :2] + points * sides[:, None]
        boxes = regress(boxes, answer[:, 1:5])
        kept = nms(boxes, answer[:, 0], threshold=0.7, overlap="min")
        return boxes[kept], answer[kept, 0], points[kept]


def _run(net: Session, pixels: UInt8, boxes: Float32, *, side_px: int) -> Float32:
    answers = []
    for start in range(0, max(len(boxes), 1), _BATCH):
        crops = crop_squares(pixels, boxes[start : start + _BATCH], side_px=side_px)
        answers.append(net.run({"pixels": crops})[0])
    return np.concatenate(answers)
