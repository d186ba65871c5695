"""Faces to chips: a warp onto landmarks, or a crop along the box.

The frame. Recognition networks were trained with chips made by handing landmarks, as a detector
gives them, to ``cv2.warpAffine``, for which a whole number is the *centre* of a pixel. The same is
done here: at full size a landmark's value is a pixel index, without half a pixel of correction.
Between sizes (a picture decoded reduced, an area shrink) the mapping is from corner to corner, as
the decoder and ``cv2.resize`` do it: ``index = (full_index + 0.5) * scale - 0.5``.

What lies outside the image is black (0).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from facemetric.align.similarity import fit_similarity
from facemetric.align.template import TEMPLATES, Template
from facemetric.errors import InputError
from facemetric.types import Chip, Face, Float64, Image, UInt8

# Bilinear interpolation reads four pixels: below half size it skips some, and aliases.
_LEAST_BILINEAR_SCALE = 0.5


def align_faces(
    image: Image, faces: Sequence[Face], template: str, *, margin_px: float | None = None
) -> list[Chip]:
    """Cut and align faces for a network.

    Parameters
    ----------
    image
        The picture; may be decoded reduced, in which case the faces are still in full-size pixels.
    faces
        Faces of that picture.
    template
        A name in ``TEMPLATES``. Landmark templates warp by a least-squares similarity, after an
        area shrink where the face is more than twice the chip's size. ``"margin-crop-160"`` cuts
        the box with a margin and stretches it to a square, whatever its shape, as FaceNet's own
        preparation does; the part of the margin outside the image is left out, not padded.
    margin_px
        For ``"margin-crop-160"`` only, in pixels of the chip, [0, 160): how much of its width and
        height the margin takes, half on either side. 32 where ``None``.

    Returns
    -------
    list of Chip
        In the order of ``faces``; ``quality`` is not measured.

    Raises
    ------
    InputError
        Landmarks coincide, are not finite or lack the template's shape; a face lies outside the
        image; a margin does not fit the template.
    UnknownNameError
        No such template.
    """
    chosen = TEMPLATES[template]
    margin = _check_margin(chosen, margin_px)
    if not faces:
        return []
    name = f"{image.source}: face"
    if chosen.points_px is None:
        return [
            Chip(_crop(image, face, chosen, margin, f"{name}[{row}]"), chosen.name, face)
            for row, face in enumerate(faces)
        ]
    landmarks = np.stack([np.asarray(face.landmarks_px, dtype=np.float64) for face in faces])
    matrices = fit_similarity(landmarks, chosen.points_px, name=name)
    scale_x, scale_y = image.scale_xy
    chips = []
    for row, (face, matrix) in enumerate(zip(faces, matrices, strict=True)):
        # From full-size indices to indices of the decoded pixels.
        matrix = _rescaled(matrix, 1 / scale_x, 1 / scale_y)
        pixels = _warp(image.pixels, matrix, chosen, f"{name}[{row}]")
        chips.append(Chip(pixels, chosen.name, face))
    return chips


def _check_margin(template: Template, margin_px: float | None) -> float:
    if margin_px is None:
        return template.margin_px or 0.0
    if template.margin_px is None:
        raise InputError(
            f"template {template.name!r} takes no margin, got {margin_px}",
            item="margin_px",
            fix="Leave it out, or use 'margin-crop-160'",
        )
    if not 0 <= margin_px < min(template.width_px, template.height_px):
        raise InputError(f"expected 0 to {template.width_px}, got {margin_px}", item="margin_px")
    return margin_px


def _rescaled(matrix: Float64, x: float, y: float, left: int = 0, top: int = 0) -> Float64:
    """Prefix ``index = (i + 0.5) * (x, y) - 0.5 + (left, top)`` to an index-to-index matrix."""
    result = np.empty((2, 3))
    result[:, :2] = matrix[:, :2] * [x, y]
    shift = np.array([0.5 * x - 0.5 + left, 0.5 * y - 0.5 + top])
    result[:, 2] = matrix[:, :2] @ shift + matrix[:, 2]
    return result


def _warp(pixels: UInt8, matrix: Float64, template: Template, item: str) -> UInt8:
    size = (template.width_px, template.height_px)
    height, width = pixels.shape[:2]
    scale = math.sqrt(abs(float(np.linalg.det(matrix[:, :2]))))
    factor = 1
    if scale < _LEAST_BILINEAR_SCALE:
        factor = min(int(1 / scale), max(width, height))
    # Cut first: the shrink then costs what the face costs, not what the picture does.
    left, top, right, bottom = _seen_area(matrix, size, rim=2 * factor)
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if left >= right or top >= bottom:
        raise InputError("lies outside the image", item=item)
    part = pixels[top:bottom, left:right]
    if factor > 1:
        part = _shrink(part, factor)
    matrix = _rescaled(matrix, factor, factor, left, top)
    return np.asarray(
        cv2.warpAffine(part, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT),
        dtype=np.uint8,
    )


def _seen_area(matrix: Float64, size: tuple[int, int], *, rim: int) -> tuple[int, int, int, int]:
    """Whole pixels of the source that a chip of ``size`` shows, and a rim for interpolation."""
    right, bottom = size[0] - 0.5, size[1] - 0.5
    corners = np.array([[-0.5, -0.5], [right, -0.5], [-0.5, bottom], [right, bottom]])
    seen = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    low = np.floor(seen.min(axis=0)) - rim
    high = np.ceil(seen.max(axis=0)) + rim + 1
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _shrink(part: UInt8, factor: int) -> UInt8:
    """Average blocks of ``factor`` x ``factor`` pixels; blocks over the edge are filled black."""
    height, width = part.shape[:2]
    down, across = math.ceil(height / factor), math.ceil(width / factor)
    part = np.asarray(
        cv2.copyMakeBorder(
            part, 0, down * factor - height, 0, across * factor - width, cv2.BORDER_CONSTANT
        ),
        dtype=np.uint8,
    )
    small = cv2.resize(part, (across, down), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _crop(image: Image, face: Face, template: Template, margin_px: float, item: str) -> UInt8:
    """Cut the box and its margin.

    As in facenet-pytorch's ``extract_face``: the margin is a share of the box so that it takes
    ``margin_px`` of the resized chip, and the two axes are stretched each by its own factor.
    """
    box = np.asarray(face.box_xyxy_px, dtype=np.float64)
    if not np.isfinite(box).all() or (box[2:] <= box[:2]).any():
        raise InputError(f"the box has no area: {box.tolist()}", item=item)
    size = np.array([template.width_px, template.height_px], dtype=np.float64)
    half = margin_px * (box[2:] - box[:2]) / (size - margin_px) / 2
    scale = np.array(image.scale_xy)
    height, width = image.pixels.shape[:2]
    left, top = np.maximum(np.floor((box[:2] - half) * scale), 0).astype(int)
    right, bottom = np.minimum(np.floor((box[2:] + half) * scale), [width, height]).astype(int)
    if left >= width or top >= height or right <= 0 or bottom <= 0:
        raise InputError("lies outside the image", item=item)
    # A face below one decoded pixel still has that pixel.
    part = image.pixels[top : max(bottom, top + 1), left : max(right, left + 1)]
    chip = cv2.resize(part, (template.width_px, template.height_px), interpolation=cv2.INTER_AREA)
    return np.asarray(chip, dtype=np.uint8)
