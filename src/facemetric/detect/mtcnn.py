"""MTCNN: three networks in a cascade, from thousands of windows to boxes with five landmarks."""

from __future__ import annotations

import math

import numpy as np

from facemetric.detect import networks
from facemetric.detect.boxes import regress
from facemetric.detect.detector import DETECTORS
from facemetric.detect.pyramid import STRIDE_PX, WINDOW_PX, Pyramid, level_scales, snap, tiles
from facemetric.detect.suppression import nms
from facemetric.detect.weights import load_weights
from facemetric.errors import InputError
from facemetric.runtime import Session
from facemetric.types import AnyArray, Face, Float32, Image

# Pieces whose intermediate results stay in the processor's cache: a fifth faster than all at once,
# and the memory is bounded on any picture.
_TILE_PX = 1 << 14
_RNET_BATCH, _ONET_BATCH = 16, 4


@DETECTORS.register("mtcnn")
class Mtcnn:
    """The detector of Zhang et al. 2016 (arXiv:1604.02878), the default one.

    Parameters
    ----------
    min_face_px
        Side of the smallest face looked for, in full-size pixels, at least 6. Time falls with its
        square. A face that is a little smaller may still be found.
    min_face_share
        The same as a share of the picture's longer side, in [0, 1]; the larger of the two holds.
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
        min_face_share: float = 0.0,
        thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7),
        factor: float = 0.709,
        max_faces: int | None = None,
        provider: str = "cpu",
        threads: int | None = None,
    ) -> None:
        if not 6 <= min_face_px < math.inf:
            raise InputError(f"expected at least 6 pixels, got {min_face_px}", item="min_face_px")
        if not 0 <= min_face_share <= 1:
            raise InputError(f"expected 0 to 1, got {min_face_share}", item="min_face_share")
        if len(thresholds) != 3 or not all(0 < value < 1 for value in thresholds):
            raise InputError(f"expected three in (0, 1), got {thresholds}", item="thresholds")
        if not 0.1 <= factor <= 0.95:
            raise InputError(f"expected 0.1 to 0.95, got {factor}", item="factor")
        if max_faces is not None and max_faces < 1:
            raise InputError(f"expected at least 1, got {max_faces}", item="max_faces")
        self.min_face_px = min_face_px
        self.min_face_share = min_face_share
        self.thresholds = thresholds
        self.factor = factor
        self.max_faces = max_faces
        self._logits = [math.log(value / (1 - value)) for value in thresholds]
        pnet = networks.pnet(load_weights("pnet"))
        rnet = networks.rnet(load_weights("rnet"))
        onet = networks.onet(load_weights("onet"))
        self._pnet = Session(pnet, provider=provider, threads=threads)
        self._rnet = Session(rnet, provider=provider, threads=threads)
        self._onet = Session(onet, provider=provider, threads=threads)
        self._nms = Session(networks.suppression(), threads=1)

    def detect(self, image: Image) -> tuple[Face, ...]:
        """Return the faces by falling score, in pixels of the upright full-size image."""
        scale = np.asarray(image.scale_xy, np.float32)
        min_face_px = max(self.min_face_px, self.min_face_share * max(image.size_px))
        pyramid = Pyramid(image.pixels)
        height, width = image.pixels.shape[:2]
        scales = level_scales(
            (width, height),
            min_face_px=min_face_px * float(scale.max()),
            factor=self.factor,
        )
        boxes = self._propose(pyramid, scales)
        boxes = self._refine(pyramid, boxes)
        boxes, logits, points = self._finish(pyramid, boxes)
        boxes /= np.concatenate([scale, scale])
        points /= scale
        scores = 1 / (1 + np.exp(-logits.astype(np.float64)))
        faces = [
            Face(box_xyxy_px=box, score=float(score), landmarks_px=five)
            for box, score, five in zip(boxes, scores, points, strict=True)
        ]
        return tuple(faces)

    def _propose(self, pyramid: Pyramid, scales: list[float]) -> Float32:
        """P-Net over the pyramid: candidate boxes."""
        found = [self._propose_level(pyramid, scale) for scale in scales]
        rows = np.concatenate(found) if found else np.zeros((0, 9), np.float32)
        rows = rows[self._suppress(rows[:, :4], rows[:, 4], 0.7)]
        boxes = regress(rows[:, :4], rows[:, 5:])
        boxes[:, :2] -= 1  # from the original's frame (below) to ours
        return boxes

    def _propose_level(self, pyramid: Pyramid, scale: float) -> Float32:
        """One row per window that may show a face: box, logit, offsets.

        The boxes are the original's: whole pixels, the first is 1, the last one included. A window
        counts as 11 pixels wide in suppression and regression, and the thresholds assume so.
        """
        level = pyramid.level(scale)
        found = []
        for rows, columns in tiles((level.shape[1], level.shape[0]), max_px=_TILE_PX):
            (answer,) = self._pnet.run({"pixels": level[None, rows, columns]})
            y, x = np.nonzero(answer[0, 0] >= self._logits[0])
            candidates = np.empty((len(x), 9), np.float32)
            candidates[:, 0] = x * STRIDE_PX + columns.start
            candidates[:, 1] = y * STRIDE_PX + rows.start
            candidates[:, 4:] = answer[0, :, y, x]
            found.append(candidates)
        candidates = np.concatenate(found)
        candidates[:, 2:4] = np.floor((candidates[:, :2] + WINDOW_PX) / scale)
        candidates[:, :2] = np.floor((candidates[:, :2] + 1) / scale)
        kept: Float32 = candidates[self._suppress(candidates[:, :4], candidates[:, 4], 0.5)]
        return kept

    def _refine(self, pyramid: Pyramid, boxes: Float32) -> Float32:
        """R-Net: fewer and better boxes."""
        boxes = snap(boxes, side_px=24)
        answer = _run(self._rnet, pyramid, boxes, side_px=24, batch=_RNET_BATCH)
        sure = answer[:, 0] > self._logits[1]
        boxes, answer = boxes[sure], answer[sure]
        kept = self._suppress(boxes, answer[:, 0], 0.7)
        return regress(boxes[kept], answer[kept, 1:])

    def _finish(self, pyramid: Pyramid, boxes: Float32) -> tuple[Float32, Float32, Float32]:
        """O-Net: boxes, logits and landmarks."""
        boxes = snap(boxes, side_px=48)
        answer = _run(self._onet, pyramid, boxes, side_px=48, batch=_ONET_BATCH)
        sure = answer[:, 0] > self._logits[2]
        boxes, answer = boxes[sure], answer[sure]
        boxes = regress(boxes, answer[:, 1:5])
        kept = nms(boxes, answer[:, 0], threshold=0.7, overlap="min")[: self.max_faces]
        return boxes[kept], answer[kept, 0], self._landmarks(pyramid, boxes[kept])

    def _landmarks(self, pyramid: Pyramid, boxes: Float32) -> Float32:
        """O-Net again, on the final boxes: landmarks averaged with those of the mirror image.

        Landmarks of one look move by a pixel with its box. On LFW the second look takes the equal
        error rate of dlib-resnet-v1 from 0.87 % to 0.73 %; it costs two crops a face.
        """
        boxes = snap(boxes, side_px=48)
        corner, sides = boxes[:, None, :2], (boxes[:, 2:] - boxes[:, :2])[:, None]
        plain, mirrored = (
            _run(self._onet, pyramid, boxes, side_px=48, batch=_ONET_BATCH, mirror=mirror)[:, 5:]
            .reshape(-1, 2, 5)
            .transpose(0, 2, 1)
            for mirror in (False, True)
        )
        # In the mirror left is right, for eyes and mouth corners too.
        mirrored = mirrored[:, [1, 0, 2, 4, 3]] * (-1, 1) + (1, 0)
        points: Float32 = corner + (plain + mirrored).astype(np.float32) / 2 * sides
        return points

    def _suppress(self, boxes: Float32, scores: Float32, threshold: float) -> AnyArray:
        feeds: dict[str, AnyArray] = {
            "boxes": boxes[None],
            "scores": scores[None, None],
            "most": np.array([len(boxes)], np.int64),
            "threshold": np.array([threshold], np.float32),
        }
        rows: AnyArray = self._nms.run(feeds)[0][:, 2]
        return rows


def _run(
    net: Session,
    pyramid: Pyramid,
    boxes: Float32,
    *,
    side_px: int,
    batch: int,
    mirror: bool = False,
) -> Float32:
    answers = []
    for start in range(0, max(len(boxes), 1), batch):
        crops = pyramid.crop(boxes[start : start + batch], side_px=side_px)
        if mirror:
            crops = np.ascontiguousarray(crops[:, :, ::-1])
        answers.append(net.run({"pixels": crops})[0])
    return np.concatenate(answers)
