"""Any Pillow mode to 8-bit RGB, scaled and never clipped."""

from __future__ import annotations

import numpy as np
from PIL import Image as PillowImage

from facemetric.errors import DecodeError
from facemetric.types import AnyArray, UInt8

_PREMULTIPLIED = {"La": "LA", "RGBa": "RGBA"}
_ALPHA = frozenset(("LA", "PA", "RGBA"))


def to_rgb(image: PillowImage.Image, *, item: str) -> UInt8:
    """Convert a loaded Pillow image to ``uint8 (H, W, 3)`` RGB.

    Transparency is laid over white. 16-bit values are divided by 257. Floats and 32-bit integers
    have no agreed white, so it is the smallest of 1 (floats only), 255, 65535 or the picture's own
    maximum that none exceeds; values below 0 are black. CMYK becomes RGB by ``(1 - c)(1 - k)``;
    colour profiles are not applied.

    Raises
    ------
    DecodeError
        Values are not finite.
    """
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _from_deep_grey(image, item)
    if image.mode in _PREMULTIPLIED:
        image = image.convert(_PREMULTIPLIED[image.mode])
    if image.mode in _ALPHA or "transparency" in image.info:
        return over_white(np.asarray(_with_alpha(image)))
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def over_white(rgba: UInt8) -> UInt8:
    """Lay ``uint8 (H, W, 4)`` RGBA over white: ``(H, W, 3)`` RGB, rounded to nearest."""
    if rgba[..., 3].min() == 255:
        return np.ascontiguousarray(rgba[..., :3])
    alpha = rgba[..., 3:].astype(np.uint16)
    blend = rgba[..., :3] * alpha + np.uint16(255) * (np.uint16(255) - alpha) + np.uint16(127)
    result: UInt8 = (blend // np.uint16(255)).astype(np.uint8)
    return result


def _with_alpha(image: PillowImage.Image) -> PillowImage.Image:
    key = image.info.get("transparency")
    if image.mode == "RGB" and isinstance(key, tuple) and max(key) > 255:
        # A 16-bit PNG: Pillow keeps the high byte of the pixels but all of the key.
        image = image.copy()
        image.info["transparency"] = tuple(value >> 8 for value in key)
    return image.convert("RGBA")


def _from_deep_grey(image: PillowImage.Image, item: str) -> UInt8:
    values = np.asarray(image)
    white = 65535.0 if image.mode != "F" and _is_16_bit(image) else _white(values, item)
    grey = np.rint(np.clip(values.astype(np.float64), 0, None) * (255.0 / white)).astype(np.uint8)
    key = image.info.get("transparency")
    if isinstance(key, int):
        grey[values == key] = 255
    return np.repeat(grey[..., None], 3, axis=2)


def _is_16_bit(image: PillowImage.Image) -> bool:
    # Pillow before 11 opens 16-bit grey PNGs as 32-bit integers.
    return image.mode.startswith("I;16") or image.format == "PNG"


def _white(values: AnyArray, item: str) -> float:
    if not np.isfinite(values).all():
        raise DecodeError("some pixel values are not finite", item=item, fix="Export it as 8 bit")
    most = float(values.max())
    usual = (1.0, 255.0, 65535.0) if values.dtype.kind == "f" else (255.0, 65535.0)
    return next((white for white in usual if most <= white), most)
