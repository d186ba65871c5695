"""The small picture of a face that a sample may be kept with, where that was asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from facemetric.errors import InputError
from facemetric.types import AnyArray, Face

SIDE_PX = 400
"""Longest side of a portrait."""
MOST_BYTES = 256 << 10
LEAST_SHARE = 0.25
"""Of the face's box: the rest may lie outside the photograph."""
MOST_SIDES = 3.0
"""Longest side of the part that is shown, in longer sides of the face's box: no scene around it."""

_STARTS_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN = 0xDA
_COMMENT = 0xFE
_NOTES = (*range(0xE1, 0xF0), _COMMENT)
"""Segments that hold EXIF, profiles and comments; 0xE0 is JFIF's own header."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A face cut out of its photograph, upright, with a margin and nothing else.

    Attributes
    ----------
    jpeg
        The picture, encoded, without metadata; no side is longer than `SIDE_PX`.
    frame_xyxy_px
        The part of the photograph that it shows: left, top, right, bottom, in pixels of the
        upright photograph at full size.
    """

    jpeg: bytes = field(repr=False)
    frame_xyxy_px: tuple[float, float, float, float]

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height.

        Raises
        ------
        InputError
            It is no JPEG.
        """
        for marker, body in _segments(self.jpeg):
            if marker in _STARTS_OF_FRAME and len(body) >= 5:
                return int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")
        raise InputError("is no JPEG", item="portrait")

    def place(self, face: Face) -> Face:
        """Return a face of the photograph in pixels of the portrait."""
        frame = np.array(self.frame_xyxy_px)
        scale = np.array(self.size_px) / (frame[2:] - frame[:2])
        box = (face.box_xyxy_px.reshape(2, 2) - frame[:2]) * scale
        # Alignment takes landmarks for indices of pixels, whose centres lie half a pixel further.
        landmarks = (face.landmarks_px + 0.5 - frame[:2]) * scale - 0.5
        return Face(box.ravel().astype(np.float32), face.score, landmarks.astype(np.float32))


def check_portrait(portrait: Portrait, *, face: Face | None, item: str) -> None:
    """Raise InputError unless a portrait is small, has no metadata, and shows where the face is."""
    if face is None:
        raise InputError("has a portrait, and nobody knows where in it the face is", item=item)
    left, top, right, bottom = portrait.frame_xyxy_px
    if not all(map(math.isfinite, portrait.frame_xyxy_px)) or left >= right or top >= bottom:
        raise InputError(f"the portrait's frame has no area: {portrait.frame_xyxy_px}", item=item)
    if len(portrait.jpeg) > MOST_BYTES or max(portrait.size_px) > SIDE_PX:
        raise InputError(
            f"expected a portrait of at most {SIDE_PX} pixels and {MOST_BYTES:,} bytes, got "
            f"{portrait.size_px} and {len(portrait.jpeg):,}",
            item=item,
        )
    if any(marker in _NOTES for marker, _ in _segments(portrait.jpeg)):
        raise InputError(
            "the portrait has metadata, which may tell of time and place",
            item=item,
            fix="Encode its pixels anew",
        )
    _check_shows(portrait, face, item=item)


def _check_shows(portrait: Portrait, face: Face, *, item: str) -> None:
    """Raise InputError unless the face is in the portrait's frame, and fills a good part of it."""
    frame = np.array(portrait.frame_xyxy_px, np.float64).reshape(2, 2)
    box = np.asarray(face.box_xyxy_px, np.float64).reshape(2, 2)
    common = np.maximum(np.minimum(frame[1], box[1]) - np.maximum(frame[0], box[0]), 0)
    size = box[1] - box[0]
    if not common.prod() >= LEAST_SHARE * size.prod() > 0:
        raise InputError(
            f"the portrait's frame {_text(frame)} does not show the face's box {_text(box)}",
            item=item,
            fix="Both are in pixels of the upright photograph at full size",
        )
    if (frame[1] - frame[0]).max() > MOST_SIDES * size.max():
        raise InputError(
            f"the portrait's frame {_text(frame)} shows more than {MOST_SIDES:g} times the face's "
            f"box {_text(box)}, and so who and what was beside it",
            item=item,
            fix="Cut the face out with a narrower margin",
        )


def _text(corners: AnyArray) -> str:
    return f"({', '.join(f'{value:g}' for value in corners.ravel())})"


def _segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, body) of what stands before the pixels; InputError where it is no JPEG."""
    if not (jpeg.startswith(b"\xff\xd8\xff") and jpeg.endswith(b"\xff\xd9")):
        raise InputError("is no JPEG", item="portrait")
    place = 2
    while place + 4 <= len(jpeg) and jpeg[place] == 0xFF and jpeg[place + 1] != _START_OF_SCAN:
        length = int.from_bytes(jpeg[place + 2 : place + 4], "big")
        yield jpeg[place + 1], jpeg[place + 4 : place + 2 + length]
        place += 2 + length
