"""Made-up portraits: pictures of noise, small enough to be searched for in files."""

from __future__ import annotations

import cv2
import numpy as np

from facemetric.gallery import Portrait


def made_jpeg(seed: int, size_px: tuple[int, int] = (96, 96)) -> bytes:
    width, height = size_px
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return bytes(cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_QUALITY, 90])[1])


def kept_portrait(seed: int, size_px: tuple[int, int] = (96, 96)) -> Portrait:
    return Portrait(made_jpeg(seed, size_px), (2.5, 4.0, 98.5, 100.0))


def pieces(portrait: Portrait, length: int = 24) -> list[bytes]:
    """Return pieces of the pixels, behind the tables that all JPEGs share."""
    start = portrait.jpeg.index(b"\xff\xda")
    return [
        portrait.jpeg[place : place + length]
        for place in range(start + 16, len(portrait.jpeg) - length, length)
    ]
