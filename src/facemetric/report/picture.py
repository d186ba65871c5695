"""Pictures made small enough to stand inside a page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from facemetric.errors import InputError
from facemetric.types import AnyArray, UInt8


@dataclass(frozen=True, slots=True)
class Picture:
    """A small JPEG and the frame in which boxes on it are given.

    Attributes
    ----------
    jpeg
        The encoded picture: made from pixels alone, so without EXIF (no place, no time).
    size_px
        Width and height of the JPEG.
    frame_xyxy_px
        The part of the upright full-size image that it shows: left, top, right, bottom.
    """

    jpeg: bytes
    size_px: tuple[int, int]
    frame_xyxy_px: tuple[float, float, float, float]

    @property
    def uri(self) -> str:
        """The picture as a ``data:`` address."""
        return "data:image/jpeg;base64," + base64.b64encode(self.jpeg).decode("ascii")

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.size_px[0] / self.size_px[1]


def encode_picture(
    pixels: UInt8,
    *,
    size_px: tuple[int, int] | None = None,
    longest_px: int = 960,
    quality: int = 85,
) -> Picture:
    """Return a photograph as a picture whose longer side has at most ``longest_px`` pixels.

    Parameters
    ----------
    pixels
        ``uint8 (H, W, 3)`` RGB.
    size_px
        Width and height of the image at full size, where ``pixels`` was decoded smaller.
    longest_px
        Limit for the longer side; a smaller photograph is not enlarged.
    quality
        JPEG quality in [1, 100].

    Raises
    ------
    InputError
        ``pixels`` is not a picture, or an option is out of its range.
    """
    check_pixels(pixels)
    if longest_px < 1 or not 1 <= quality <= 100:
        raise InputError(
            f"expected longest_px >= 1 and quality in [1, 100], got {longest_px} and {quality}",
            item="encode_picture",
        )
    height, width = pixels.shape[:2]
    frame = size_px or (width, height)
    scale = min(1.0, longest_px / max(height, width))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    if small != (width, height):
        pixels = cv2.resize(pixels, small, interpolation=cv2.INTER_AREA)
    done, jpeg = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    if not done:
        raise InputError(f"{small[0]} x {small[1]} pixels cannot be written as JPEG", item="pixels")
    return Picture(jpeg.tobytes(), small, (0.0, 0.0, float(frame[0]), float(frame[1])))


def crop_picture(
    pixels: UInt8,
    box_xyxy_px: Sequence[float] | AnyArray,
    *,
    size_px: tuple[int, int] | None = None,
    margin: float = 0.35,
    longest_px: int = 160,
    quality: int = 85,
) -> Picture:
    """Return a square picture of one face.

    Parameters
    ----------
    pixels, size_px, longest_px, quality
        As for ``encode_picture``.
    box_xyxy_px
        Left, top, right, bottom in pixels of the upright full-size image; what lies outside the
        image is filled with grey.
    margin
        Share of the box's longer side added on each of the four sides.

    Raises
    ------
    InputError
        ``pixels`` is not a picture, or the box is empty, not finite or off the image.
    """
    check_pixels(pixels)
    height, width = pixels.shape[:2]
    full_width, full_height = size_px or (width, height)
    box = np.asarray(box_xyxy_px, dtype=np.float64)
    if box.shape != (4,) or not np.isfinite(box).all() or (box[2:] <= box[:2]).any():
        raise InputError(
            f"expected finite left, top, right, bottom, got {box_xyxy_px}", item="box_xyxy_px"
        )
    side = float((box[2:] - box[:2]).max()) * (1 + 2 * margin)
    corner = (box[:2] + box[2:] - side) / 2
    scale = np.array([width / full_width, height / full_height])
    left, top = np.floor(corner * scale).astype(int).tolist()
    right, bottom = np.ceil((corner + side) * scale).astype(int).tolist()
    if right <= 0 or bottom <= 0 or left >= width or top >= height:
        raise InputError(
            f"the box {box.round(1).tolist()} lies outside the image of "
            f"{full_width} x {full_height} pixels",
            item="box_xyxy_px",
        )
    inside = pixels[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    face = cv2.copyMakeBorder(
        inside,
        max(-top, 0),
        max(bottom - height, 0),
        max(-left, 0),
        max(right - width, 0),
        cv2.BORDER_CONSTANT,
        value=(128, 128, 128),
    )
    picture = encode_picture(face, longest_px=longest_px, quality=quality)
    frame = np.array([left, top, right, bottom]) / np.concatenate([scale, scale])
    shown = (float(frame[0]), float(frame[1]), float(frame[2]), float(frame[3]))
    return Picture(picture.jpeg, picture.size_px, shown)


def check_pixels(pixels: AnyArray) -> None:
    """Raise InputError unless ``pixels`` is ``uint8 (H, W, 3)`` and not empty."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise InputError(
            f"expected uint8 (H, W, 3) RGB, got {pixels.dtype} {pixels.shape}", item="pixels"
        )
