"""A face cut out of its photograph to be kept: with a margin, and without whoever stands beside."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from facemetric.errors import ImageError
from facemetric.gallery import Portrait
from facemetric.gallery.portrait import SIDE_PX
from facemetric.types import AnyArray, Face, Image, UInt8

HALF_XY = (0.75, 0.9)
"""Half axes of the oval that is shown, in longer sides of the face's box: what any network's chip
shows, however the head is turned, and what the detector needs."""
_OTHERS_MARGIN = 0.3
_OWN_MARGIN = 0.1
_GREY = 128
_QUALITY = 90
"""Of the JPEG. Embeddings of 399 faces of LFW had cosines of at least 0.997 with those from it."""


def cut_portrait(image: Image, face: Face, others: Sequence[Face]) -> Portrait:
    """Return the portrait of a face of a photograph.

    Outside an oval around the head, and where other faces are, it is grey. Alignment finds in it
    what it finds in the photograph; the part outside the photograph is left out.

    Parameters
    ----------
    image
        The photograph; may be decoded reduced.
    face
        Whose.
    others
        Further faces that were found in the photograph; ``face`` may be among them.

    Raises
    ------
    ImageError
        The face lies outside the photograph.
    """
    scale = np.array(image.scale_xy)
    height, width = image.pixels.shape[:2]
    box = _decoded(face, scale)
    centre, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]).max() * np.array(HALF_XY)
    left, top = np.maximum(np.floor(centre - half), 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(centre + half), [width, height]).astype(int).tolist()
    if left >= right or top >= bottom:
        raise ImageError("the face lies outside the photograph", item=image.source)
    corner = np.array([left, top])
    pixels = image.pixels[top:bottom, left:right].copy()
    shown = _oval(pixels, centre - corner, half)
    for other in others:
        if other is not face:
            _paint(shown, _decoded(other, scale), corner, margin=_OTHERS_MARGIN, value=0)
    own = np.zeros_like(shown)
    _paint(own, box, corner, margin=_OWN_MARGIN, value=1)
    pixels[(shown | own) == 0] = _GREY
    x, y = image.scale_xy
    return Portrait(_encoded(pixels), (left / x, top / y, right / x, bottom / y))


def _decoded(face: Face, scale: AnyArray) -> AnyArray:
    """Return a face's box in decoded pixels."""
    box: AnyArray = np.asarray(face.box_xyxy_px, np.float64) * np.tile(scale, 2)
    return box


def _oval(pixels: UInt8, centre: AnyArray, half: AnyArray) -> UInt8:
    """Return ``uint8 (H, W)``: 1 inside the oval."""
    shown = np.zeros(pixels.shape[:2], np.uint8)
    middle, axes = (int(centre[0]), int(centre[1])), (int(half[0]), int(half[1]))
    cv2.ellipse(shown, middle, axes, 0, 0, 360, 1, thickness=-1)
    return shown


def _paint(mask: UInt8, box: AnyArray, corner: AnyArray, *, margin: float, value: int) -> None:
    """Set a mask within a box and its margin."""
    size = box[2:] - box[:2]
    low = np.maximum(np.floor(box[:2] - margin * size - corner), 0).astype(int)
    high = np.maximum(np.ceil(box[2:] + margin * size - corner), 0).astype(int)
    mask[low[1] : high[1], low[0] : high[0]] = value


def _encoded(pixels: UInt8) -> bytes:
    height, width = pixels.shape[:2]
    shrink = SIDE_PX / max(height, width)
    if shrink < 1:
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    blue_first = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", blue_first, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return bytes(encoded)
