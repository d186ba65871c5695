"""Small pictures, encoded, and folders of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest


def picture(seed: int, *, height: int = 24, width: int = 16) -> np.ndarray:
    """``uint8 (H, W, 3)`` RGB with little detail, so that JPEG keeps it nearly as it is."""
    coarse = np.random.default_rng(seed).integers(30, 220, (3, 2, 3), np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def encode(pixels: np.ndarray, suffix: str = ".jpg") -> bytes:
    done, data = cv2.imencode(suffix, pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert done
    return data.tobytes()


@pytest.fixture
def chip() -> Callable[..., bytes]:
    """Make an encoded picture: seed, suffix, height, width."""
    return lambda seed, suffix=".jpg", **size: encode(picture(seed, **size), suffix)


@pytest.fixture
def make_pixels() -> Callable[..., np.ndarray]:
    return picture


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """``Ann`` with three photographs, ``Bob`` with two, ``Eve`` with one, and other files."""
    for name, seeds in (("Ann", (0, 1, 2)), ("Bob", (3, 4)), ("Eve", (5,))):
        (tmp_path / "people" / name).mkdir(parents=True)
        for seed in seeds:
            (tmp_path / "people" / name / f"{seed}.jpg").write_bytes(encode(picture(seed)))
    (tmp_path / "people" / "Ann" / "notes.txt").write_text("no picture")
    (tmp_path / "people" / "Ann" / "._0.jpg").write_text("no picture")
    (tmp_path / "people" / "pairs.txt").write_text("no person")
    return tmp_path / "people"
