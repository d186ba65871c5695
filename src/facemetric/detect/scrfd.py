"""Adaptor for SCRFD models, such as those in InsightFace's packs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from facemetric.align import template_face
from facemetric.detect.detector import DETECTORS
from facemetric.detect.suppression import nms
from facemetric.errors import BundleError, InputError
from facemetric.runtime import Session
from facemetric.types import AnyArray, Face, Float32, Image, UInt8

_STRIDES_PX = (8, 16, 32)
_ANCHORS = 2


@DETECTORS.register("scrfd")
class Scrfd:
    """SCRFD from an ONNX file that the user brings.

    Guo et al., "Sample and Computation Redistribution for Efficient Face Detection", 2021
    (arXiv:2105.04714). No SCRFD weights were at hand when this was written: letterbox, decoding
    and landmarks are tested on small made-up graphs, not on photographs.

    Parameters
    ----------
    model
        A graph with strides 8, 16 and 32, two anchors a cell: scores and distances (6 outputs), or
        landmarks too (9 outputs). Without landmarks they are placed by the ``arcface-112``
        template inside the box (see ``has_landmarks``).
    score_threshold
        Least score of a face, in (0, 1).
    nms_threshold
        A box goes when it shares more than this (intersection over union) with a better one.
    input_px
        Side of the square that pictures are fitted into, a multiple of 32; a graph of fixed size
        must agree. ``None``: the graph's own size, or 640.
    max_faces
        Keep only so many faces, the most certain; all where ``None``.
    provider, threads
        See ``facemetric.runtime.Session``.

    Attributes
    ----------
    has_landmarks
        Whether the model measures landmarks.

    Raises
    ------
    BundleError
        The graph is none of the two kinds.
    InputError
        An option is out of range.
    """

    name = "scrfd"

    def __init__(
        self,
        model: Path,
        *,
        score_threshold: float = 0.5,
        nms_threshold: float = 0.4,
        input_px: int | None = None,
        max_faces: int | None = None,
        provider: str = "cpu",
        threads: int | None = None,
    ) -> None:
        if not 0 < score_threshold < 1:
            raise InputError(f"expected (0, 1), got {score_threshold}", item="score_threshold")
        if max_faces is not None and max_faces < 1:
            raise InputError(f"expected at least 1, got {max_faces}", item="max_faces")
        self._session = Session(Path(model), provider=provider, threads=threads)
        if len(self._session.outputs) not in (6, 9) or len(self._session.inputs) != 1:
            raise BundleError(
                f"expected one input and 6 or 9 outputs, got {len(self._session.inputs)} and "
                f"{len(self._session.outputs)}",
                item=str(model),
                fix="Is this an SCRFD detector?",
            )
        ((self._input, shape),) = self._session.inputs.items()
        self.input_px = _side(shape, input_px, model=str(model))
        self.has_landmarks = len(self._session.outputs) == 9
        self.model = Path(model)
        self.score_threshold = score_threshold
        self.nms_threshold = nms_threshold
        self.max_faces = max_faces

    def detect(self, image: Image) -> tuple[Face, ...]:
        """Return the faces by falling score, in pixels of the upright full-size image."""
        canvas, size = letterbox(image.pixels, side_px=self.input_px)
        tensor = (canvas.transpose(2, 0, 1)[None].astype(np.float32) - 127.5) / 128
        answers = self._session.run({self._input: np.ascontiguousarray(tensor)})
        maps = [answer.reshape(-1, answer.shape[-1]) for answer in answers]
        boxes, scores, points = decode(
            maps, side_px=self.input_px, threshold=self.score_threshold, item=str(self.model)
        )
        kept = nms(boxes, scores, threshold=self.nms_threshold)[: self.max_faces]
        scale = np.asarray(size, np.float32) / np.asarray(image.size_px, np.float32)
        faces = []
        for row in kept:
            box = (boxes[row].reshape(2, 2) / scale).reshape(4).astype(np.float32)
            if points is None:
                five = template_face(box, "arcface-112").landmarks_px
            else:
                five = (points[row] / scale).astype(np.float32)
            faces.append(Face(box_xyxy_px=box, score=float(scores[row]), landmarks_px=five))
        return tuple(faces)


def letterbox(pixels: UInt8, *, side_px: int) -> tuple[UInt8, tuple[int, int]]:
    """Fit a picture into the top left of a black square; also return its width and height there."""
    height, width = pixels.shape[:2]
    ratio = side_px / max(width, height)
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    how = cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    canvas = np.zeros((side_px, side_px, 3), np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(pixels, size, interpolation=how)
    return canvas, size


def decode(
    maps: Sequence[AnyArray], *, side_px: int, threshold: float, item: str = "SCRFD"
) -> tuple[Float32, Float32, Float32 | None]:
    """Turn a graph's outputs into boxes, scores and landmarks in pixels of its input.

    A cell at ``(column, row)`` of stride ``s`` has its anchors at ``(column * s, row * s)``; the
    four distances (left, top, right, bottom) and five offsets are in strides from there.

    Parameters
    ----------
    maps
        ``(cells * 2, C)`` each, C being 1 (score), 4 (distances) or 10 (landmarks), in any order.
    side_px
        Side of the square input.
    threshold
        Least score.

    Raises
    ------
    BundleError
        The shapes are not those of an SCRFD graph at this input size.
    """
    kinds = {
        width: sorted((one for one in maps if one.shape[-1] == width), key=len, reverse=True)
        for width in (1, 4, 10)
    }
    rows = [_ANCHORS * (side_px // stride) ** 2 for stride in _STRIDES_PX]
    for width, found in kinds.items():
        if [len(one) for one in found] != rows and (width != 10 or found):
            raise BundleError(
                f"expected outputs of {rows} rows by {width}, got {[one.shape for one in maps]}",
                item=item,
                fix="Is this an SCRFD detector with strides 8, 16, 32 and two anchors?",
            )
    boxes, scores, points = [], [], []
    for level, stride in enumerate(_STRIDES_PX):
        score = kinds[1][level][:, 0]
        sure = np.flatnonzero(score >= threshold)
        row, column = np.divmod(sure // _ANCHORS, side_px // stride)
        anchor = np.stack([column, row], axis=1).astype(np.float32) * stride
        reach = kinds[4][level][sure] * stride
        boxes.append(np.concatenate([anchor - reach[:, :2], anchor + reach[:, 2:]], axis=1))
        scores.append(score[sure])
        if kinds[10]:
            offsets = kinds[10][level][sure].reshape(-1, 5, 2) * stride
            points.append(anchor[:, None] + offsets)
    together = np.concatenate(points) if points else None
    return np.concatenate(boxes), np.concatenate(scores), together


def _side(shape: Sequence[int | str | None], wanted: int | None, *, model: str) -> int:
    fixed = {size for size in shape[2:] if isinstance(size, int)}
    side = wanted or (min(fixed) if fixed else 640)
    if fixed - {side}:
        raise InputError(
            f"the graph takes {shape[2:]} pixels, got {side}; only squares are supported",
            item=f"input_px for {model}",
        )
    if side < 32 or side % 32:
        raise InputError(f"expected a multiple of 32, got {side}", item="input_px")
    return side
