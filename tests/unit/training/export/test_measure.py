from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from facemetric.bundle import Bundle
from facemetric.errors import DataError
from facemetric.training.export import (
    Exported,
    first_results,
    measure_bundles,
)


@pytest.fixture
def bundle(exported: Exported) -> Bundle:
    return exported.bundle


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Ten folds of made-up people: an LFW tree whose photographs are 24 x 24 chips."""
    rng = np.random.default_rng(0)
    lines = ["10\t2"]
    for fold in range(10):
        names = [f"Person_{fold}_{letter}" for letter in "abcd"]
        for name in names:
            folder = tmp_path / "lfw" / name
            folder.mkdir(parents=True)
            colour = rng.integers(0, 256, (4, 4, 3)).astype(np.uint8)
            for number in (1, 2):
                noisy = np.clip(
                    cv2.resize(colour, (24, 24)) + rng.normal(0, 9, (24, 24, 3)), 0, 255
                ).astype(np.uint8)
                cv2.imwrite(str(folder / f"{name}_{number:04d}.png"), noisy)
                (folder / f"{name}_{number:04d}.png").rename(folder / f"{name}_{number:04d}.jpg")
        lines += [f"{name}\t1\t2" for name in names[:2]]
        lines += [f"{names[i]}\t1\t{names[i + 1]}\t1" for i in (0, 2)]
    (tmp_path / "lfw" / "pairs.txt").write_text("\n".join(lines) + "\n")
    return tmp_path / "lfw"


def test_both_bundles_are_measured_on_the_same_chips(bundle: Bundle, root: Path) -> None:
    first, second = measure_bundles([bundle, bundle], "lfw", pack=root, data=root, threads=1)
    (result,) = first_results(first, conditions="made up")[:1]
    assert result == first_results(second, conditions="made up")[0]
    assert result.metric == "accuracy" and result.protocol == "lfw"
    assert result.low is not None and result.high is not None
    assert result.low <= result.value <= result.high
    # Patterns of one person look alike, also to a network that was never trained.
    assert result.value > 0.8


def test_a_pack_that_lacks_photographs(bundle: Bundle, root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "Somebody"
    other.mkdir(parents=True)
    cv2.imwrite(str(other / "1.png"), np.zeros((24, 24, 3), np.uint8))
    with pytest.raises(DataError, match="the pack lacks"):
        measure_bundles([bundle], "lfw", pack=other.parent, data=root)
