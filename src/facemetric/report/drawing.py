"""Boxes, names and landmarks drawn into a copy of the pixels (for PNG output)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from facemetric.errors import InputError
from facemetric.report.picture import check_pixels
from facemetric.types import AnyArray, UInt8

Colour = tuple[int, int, int]
_GREEN: Colour = (11, 107, 58)
_Font = ImageFont.ImageFont | ImageFont.FreeTypeFont


def annotate(
    pixels: UInt8,
    boxes_xyxy_px: AnyArray,
    labels: Sequence[str],
    *,
    landmarks_px: AnyArray | None = None,
    colours: Sequence[Colour] | None = None,
    size_px: tuple[int, int] | None = None,
    font: Path | None = None,
) -> UInt8:
    """Return a copy of the picture with boxes, labels and landmarks drawn in.

    Pillow's own font has the letters of ASCII only, so most names beyond English need ``font``.
    The HTML pages need none: there the browser's fonts write the names.

    Parameters
    ----------
    pixels
        ``uint8 (H, W, 3)`` RGB.
    boxes_xyxy_px
        ``(N, 4)`` in pixels of the upright full-size image.
    labels
        ``N`` texts; an empty one draws the box alone.
    landmarks_px
        ``(N, L, 2)`` in the same frame.
    colours
        ``N`` RGB triples in [0, 255]; dark green where ``None``.
    size_px
        Width and height at full size, where ``pixels`` was decoded smaller.
    font
        A TrueType or OpenType file.

    Raises
    ------
    InputError
        The lengths or shapes disagree, the font cannot be read, or it lacks a character.
    """
    check_pixels(pixels)
    boxes = np.asarray(boxes_xyxy_px, dtype=np.float64)
    count = len(labels)
    _check(boxes, (count, 4), "boxes_xyxy_px")
    if colours is not None and len(colours) != count:
        raise InputError(
            f"expected {count}, one for each label, got {len(colours)}", item="colours"
        )
    for label in labels:
        missing = undrawable(label, font=font)
        if missing:
            raise InputError(
                f"the font has no glyph for {missing!r}",
                item=label,
                fix="Pass font= with a font of that script, or write an HTML page",
            )
    height, width = pixels.shape[:2]
    full_width, full_height = size_px or (width, height)
    scale = np.array([width / full_width, height / full_height])
    stroke = max(2, round(max(height, width) / 400))
    canvas = pixels.copy()
    paints = colours or [_GREEN] * count
    corners = np.rint(boxes.reshape(-1, 2, 2) * scale).astype(int)
    for (start, end), paint in zip(corners, paints, strict=True):
        cv2.rectangle(canvas, start.tolist(), end.tolist(), paint, stroke)
    if landmarks_px is not None:
        points = np.asarray(landmarks_px, dtype=np.float64)
        _check(points, (count, -1, 2), "landmarks_px")
        for face, paint in zip(np.rint(points * scale).astype(int), paints, strict=True):
            for point in face:
                cv2.circle(canvas, point.tolist(), stroke + 2, (255, 255, 255), -1, cv2.LINE_AA)
                cv2.circle(canvas, point.tolist(), stroke, paint, -1, cv2.LINE_AA)
    return _write_labels(canvas, corners, labels, paints, _font(font, max(14, 7 * stroke)))


def undrawable(label: str, *, font: Path | None = None) -> str:
    """Return the characters of ``label`` that ``annotate`` cannot draw, once each and in order."""
    letters = dict.fromkeys(letter for letter in label if not letter.isspace())
    drawn = _font(font, 24)
    blank = _glyph(drawn, "\U0010ffff")
    return "".join(letter for letter in letters if _glyph(drawn, letter) == blank)


def _check(values: AnyArray, shape: tuple[int, ...], name: str) -> None:
    wanted = tuple("L" if side < 0 else side for side in shape)
    fits = values.ndim == len(shape) and all(
        side in (-1, got) for side, got in zip(shape, values.shape, strict=True)
    )
    if not fits or not np.isfinite(values).all():
        raise InputError(f"expected finite values of shape {wanted}, got {values.shape}", item=name)


def _write_labels(
    canvas: UInt8,
    corners: AnyArray,
    labels: Sequence[str],
    paints: Sequence[Colour],
    font: _Font,
) -> UInt8:
    picture = PilImage.fromarray(canvas)
    draw = ImageDraw.Draw(picture)
    for (start, end), label, paint in zip(corners.tolist(), labels, paints, strict=True):
        if not label:
            continue
        left, top, right, bottom = draw.textbbox((0, 0), label, font=font)
        pad = max(2.0, (bottom - top) / 4)
        wide, high = right - left + 2 * pad, bottom - top + 2 * pad
        x = min(max(start[0], 0), max(0.0, picture.width - wide))
        # Above the box, else below it, else at the top edge.
        y = start[1] - high if start[1] >= high else min(end[1], picture.height - high)
        draw.rectangle((x, max(y, 0), x + wide, max(y, 0) + high), fill=paint)
        dark = 0.299 * paint[0] + 0.587 * paint[1] + 0.114 * paint[2] < 140
        ink = (255, 255, 255) if dark else (0, 0, 0)
        draw.text((x + pad - left, max(y, 0) + pad - top), label, font=font, fill=ink)
    return np.asarray(picture, dtype=np.uint8).copy()


@lru_cache(maxsize=16)
def _font(path: Path | None, size: int) -> _Font:
    if path is None:
        return ImageFont.load_default(size)
    try:
        return ImageFont.truetype(str(path), size)
    except OSError as error:
        raise InputError(f"the font cannot be read: {error}", item=str(path)) from error


def _glyph(font: _Font, letter: str) -> bytes:
    mask = font.getmask(letter)
    return bytes(str(mask.size), "ascii") + bytes(mask)
