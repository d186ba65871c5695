from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import DataError
from facemetric.evaluation import personal_photos_task
from facemetric.evaluation.metrics import val_at_far
from layouts.made_up import measured, write_people


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return write_people(tmp_path / "p", {f"P{i}": 12 for i in range(14)})


def test_rates_are_those_of_all_squared_pairs(people: Path) -> None:
    task = personal_photos_task(people)
    result = measured(task, noise=0.9)
    (part,) = result.parts
    names = np.array(task.people)
    squared = ((result.vectors[:, None].astype(float) - result.vectors[None]) ** 2).sum(axis=2)
    same = names[:, None] == names[None]
    off = ~np.eye(len(names), dtype=bool)
    without = val_at_far(squared[off], same[off], 1e-3)
    every = val_at_far(squared.ravel(), same.ravel(), 1e-3)
    first, second = part.figures[:2]
    assert first.name == "VAL at FAR 0.001"
    assert first.value == pytest.approx(without.val, abs=1e-9)
    assert second.name == "VAL at FAR 0.001, with 168 pairs (i, i)"
    assert second.value == pytest.approx(every.val, abs=1e-9)
    assert first.value < second.value
    assert without.different_pairs == 2 * part.counts["impostor pairs"]
    assert "squared pairs" in part.notes[0]


@pytest.mark.parametrize("counts", [{"Ann": 5}, {"Ann": 5, "Bob": 5}, {"A": 1, "B": 1, "C": 1}])
def test_too_little(tmp_path: Path, counts: dict[str, int]) -> None:
    with pytest.raises(DataError, match="3 people are needed, one of them with two photographs"):
        personal_photos_task(write_people(tmp_path / "few", counts))


def test_a_small_collection_gets_bounds(tmp_path: Path) -> None:
    task = personal_photos_task(write_people(tmp_path / "p", {"Ann": 2, "Bo": 1, "Cy": 1}))
    (part,) = measured(task).parts
    assert part.figures[0].value is None
    assert part.figures[0].at_most is not None
