"""Pixels for trees that links cannot make: frames of a video, pictures that show no face."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np


def read_picture(path: Path, *, longer_side_px: int | None = None) -> np.ndarray:
    """``uint8 (H, W, 3)`` BGR, shrunk where it is larger."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError(f"{path} cannot be decoded")
    scale = 1.0 if longer_side_px is None else longer_side_px / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return picture


def write_picture(path: Path, picture: np.ndarray, *, jpeg_quality: int = 90) -> None:
    """Write it in the form that the suffix names; a link at that place is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    jpeg = path.suffix.lower() in (".jpg", ".jpeg")
    options = [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality] if jpeg else []
    if not cv2.imwrite(str(path), picture, options):
        raise OSError(f"{path} cannot be written")


def jitter(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn by up to 4 degrees, zoom by up to 8 %, move by up to 2 %, and `soften`."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D(
        (width / 2, height / 2), rng.uniform(-4, 4), rng.uniform(0.92, 1.08)
    )
    turn[:, 2] += rng.uniform(-0.02, 0.02, 2) * [width, height]
    moved = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    return soften(moved, rng)


def soften(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Change contrast and brightness a little and blur every other one; nothing moves."""
    picture = cv2.convertScaleAbs(picture, alpha=rng.uniform(0.9, 1.1), beta=rng.uniform(-8, 8))
    if rng.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.2))
    return picture


def picture_without_face() -> Path:
    """The picture of a flower that scikit-learn ships, found without importing it."""
    spec = find_spec("sklearn")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "datasets" / "images" / "flower.jpg"
