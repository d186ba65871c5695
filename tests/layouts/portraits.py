"""A small set of photographs with everything in it: one face, several, none, and damage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

SIDE_PX = 240
FACES = {
    "a/biden.jpg": 1,
    "a/obama.jpg": 1,
    "a/obama2.jpg": 1,
    "b/five.jpg": 5,
    "b/mirrored.png": 1,
    "b/obama3.jpg": 1,
    "flower.jpg": 0,
}
"""Photographs that can be read, and how many faces they show."""
DAMAGED = ("b/cut.jpg", "empty.jpg", "text.jpg")
"""Photographs that cannot be decoded."""


def build_portraits(root: Path, samples: Mapping[str, Path], no_face: Path) -> Path:
    """Write ten files, in the folders ``a`` and ``b`` and beside them."""
    faces = {name: _head(samples[name]) for name in ("biden", "obama", "obama2", "obama3")}
    for folder in ("a", "b"):
        (root / folder).mkdir(parents=True)
    for name in ("biden", "obama", "obama2"):
        _write(root / "a" / f"{name}.jpg", faces[name])
    _write(root / "b" / "obama3.jpg", faces["obama3"])
    _write(root / "b" / "mirrored.png", faces["biden"][:, ::-1])
    _write(root / "b" / "five.jpg", np.hstack([*faces.values(), faces["obama"][:, ::-1]]))
    _write(root / "flower.jpg", cv2.resize(cv2.imread(str(no_face)), (SIDE_PX, SIDE_PX)))
    whole = (root / "a" / "obama.jpg").read_bytes()
    (root / "b" / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (root / "empty.jpg").touch()
    (root / "text.jpg").write_text("no picture", encoding="utf-8")
    return root


def _head(path: Path) -> np.ndarray:
    """Return the upper square of a portrait, small."""
    picture = cv2.imread(str(path))
    side = min(picture.shape[:2])
    left = (picture.shape[1] - side) // 2
    square = picture[:side, left : left + side]
    return cv2.resize(square, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)


def _write(path: Path, picture: np.ndarray) -> None:
    assert cv2.imwrite(str(path), picture)
