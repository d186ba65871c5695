"""Adaptor for YuNet models, run by OpenCV's ``FaceDetectorYN``."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from facemetric.detect.detector import DETECTORS
from facemetric.errors import BundleError, InputError
from facemetric.types import Face, Image


@DETECTORS.register("yunet")
class YuNet:
    """YuNet from a file that the user brings, such as OpenCV Zoo's.

    Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector", 2023
    (doi:10.1007/s11633-023-1423-y). No YuNet weights were at hand when this was written: the
    frames, scales and order of landmarks are tested on a small made-up graph that OpenCV decodes,
    not on photographs.

    Parameters
    ----------
    model
        The ``.onnx`` file.
    score_threshold
        Least score of a face, in (0, 1).
    nms_threshold
        A box goes when it shares more than this (intersection over union) with a better one.
    max_side_px
        Larger pictures are shrunk to this longer side first: the model was trained on faces of
        about 10 to 300 pixels.
    max_faces
        Keep only so many faces, the most certain; all where ``None``.

    Raises
    ------
    BundleError
        OpenCV cannot load or run the model.
    InputError
        An option is out of range.
    """

    name = "yunet"

    def __init__(
        self,
        model: Path,
        *,
        score_threshold: float = 0.6,
        nms_threshold: float = 0.3,
        max_side_px: int = 1280,
        max_faces: int | None = None,
    ) -> None:
        if not 0 < score_threshold < 1:
            raise InputError(f"expected (0, 1), got {score_threshold}", item="score_threshold")
        if max_side_px < 32:
            raise InputError(f"expected at least 32, got {max_side_px}", item="max_side_px")
        if max_faces is not None and max_faces < 1:
            raise InputError(f"expected at least 1, got {max_faces}", item="max_faces")
        self.model = Path(model)
        self.max_side_px = max_side_px
        self.max_faces = max_faces
        try:
            self._detector = cv2.FaceDetectorYN.create(
                str(model), "", (max_side_px, max_side_px), score_threshold, nms_threshold
            )
        except cv2.error as error:
            raise BundleError(
                f"OpenCV cannot load it as YuNet: {error}", item=str(model)
            ) from error

    def detect(self, image: Image) -> tuple[Face, ...]:
        """Return the faces by falling score, in pixels of the upright full-size image."""
        pixels = image.pixels
        height, width = pixels.shape[:2]
        shrink = min(1.0, self.max_side_px / max(width, height))
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        if shrink < 1:
            pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        try:
            self._detector.setInputSize(size)
            rows = self._detector.detect(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1]
        except cv2.error as error:
            raise BundleError(
                f"OpenCV cannot run it at {size[0]}x{size[1]} pixels: {error}", item=str(self.model)
            ) from error
        if rows is None:
            return ()
        scale = np.array([size[0] / image.size_px[0], size[1] / image.size_px[1]], np.float32)
        # The subject's right eye comes first: the one on the image's left, as in our order.
        points = rows[:, 4:14].reshape(-1, 5, 2) / scale
        corners = rows[:, :2] / scale
        boxes = np.concatenate([corners, corners + rows[:, 2:4] / scale], axis=1)
        order = np.argsort(-rows[:, 14], kind="stable")[: self.max_faces]
        return tuple(
            Face(
                box_xyxy_px=boxes[row].astype(np.float32),
                score=float(rows[row, 14]),
                landmarks_px=points[row].astype(np.float32),
            )
            for row in order
        )
