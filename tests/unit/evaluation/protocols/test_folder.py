from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import DataError
from facemetric.evaluation import folder_task
from facemetric.evaluation.metrics import pairwise_f
from facemetric.evaluation.protocols.folder import FolderTask
from layouts.made_up import calibrated, measured, uncalibrated, write_people

EVERYTHING = [
    "pairs",
    "all pairs",
    "open set",
    "calibrated decision, 1:N",
    "calibrated decision, 1:1",
    "groups",
]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return write_people(tmp_path / "p", {f"Ünï {i:02d} 李": 1 + i % 5 for i in range(40)})


def test_everything_is_made(people: Path) -> None:
    task = folder_task(people).for_bundle(calibrated(), flip=True)
    result = measured(task)
    assert [part.name for part in result.parts] == EVERYTHING
    assert len(result.part("pairs").folds.accuracies) == 10
    assert "in place of" not in " ".join(note for part in result.parts for note in part.notes)
    assert [part.name for part in measured(folder_task(people)).parts] == EVERYTHING[:3]


def test_folds_share_nobody(people: Path) -> None:
    task = folder_task(people)
    part = measured(task).part("pairs")
    fold_of: dict[str, set[int]] = {}
    for (first, second), fold in zip(part.pairs, part.fold, strict=True):
        assert task.fold[first] == task.fold[second] == fold
        for row in (first, second):
            fold_of.setdefault(task.people[row], set()).add(int(fold))
    assert {len(folds) for folds in fold_of.values()} == {1}
    for (first, second), same in zip(part.pairs, part.same, strict=True):
        assert (task.people[first] == task.people[second]) == same


def test_the_seed_makes_it(people: Path) -> None:
    def rows(seed: int) -> list[list[int]]:
        return measured(folder_task(people, seed=seed)).part("pairs").pairs.tolist()

    assert rows(1) == rows(1)
    assert rows(1) != rows(2)


def test_groups_are_those_of_the_calibrated_threshold(people: Path) -> None:
    from facemetric.cluster import cluster

    task = folder_task(people).for_bundle(calibrated(0.7), flip=True)
    result = measured(task)
    names = np.unique(np.array(task.people), return_inverse=True)[1]
    wanted = pairwise_f(cluster(result.vectors, threshold=0.7), names)
    assert result.part("groups").figures[0].value == pytest.approx(wanted.f)


def test_the_pairs_at_the_calibrated_threshold(people: Path) -> None:
    task = folder_task(people).for_bundle(calibrated(0.5), flip=True)
    result = measured(task)
    names = np.unique(np.array(task.people), return_inverse=True)[1]
    first, second = np.triu_indices(len(names), 1)
    scores = (result.vectors @ result.vectors.T)[first, second]
    same = names[first] == names[second]
    part = result.part("calibrated decision, 1:1")
    assert part.figure("FAR").value == pytest.approx((scores[~same] >= 0.5).mean())
    assert part.figure("TAR").value == pytest.approx((scores[same] >= 0.5).mean())


def test_without_a_calibration_the_places_stay(people: Path) -> None:
    result = measured(folder_task(people).for_bundle(uncalibrated(), flip=True))
    assert [part.name for part in result.parts] == EVERYTHING
    assert [part.figures[0].value for part in result.parts[3:]] == [None] * 3
    assert "no calibration" in result.parts[5].figures[0].note


@pytest.mark.parametrize(
    ("counts", "made", "not_made"),
    [
        ({"A": 2, "B": 2}, {"groups"}, {"pairs in folds", "all pairs", "open set"}),
        ({"A": 2, "B": 2, "C": 1}, {"all pairs", "groups"}, {"pairs in folds", "open set"}),
        ({"A": 3}, {"groups"}, {"pairs in folds", "all pairs", "open set"}),
        ({"A": 1}, {"groups"}, {"pairs in folds", "all pairs", "open set"}),
        (dict.fromkeys("ABCDEF", 1), {"groups"}, {"pairs in folds", "all pairs", "open set"}),
        ({"A": 2, "B": 2, "C": 2}, {"all pairs", "open set", "groups"}, {"pairs in folds"}),
    ],
)
def test_small_folders_say_what_cannot_be_made(
    tmp_path: Path, counts: dict[str, int], made: set[str], not_made: set[str]
) -> None:
    task = folder_task(write_people(tmp_path / "p", counts))
    result = measured(task.for_bundle(calibrated(), flip=True))
    assert made <= {part.name for part in result.parts}
    notes = result.parts[-1].notes
    for what in not_made:
        assert any(note.startswith(f"No {what}: ") for note in notes)
        assert what not in {part.name for part in result.parts}


def test_fewer_folds_are_said(tmp_path: Path) -> None:
    task = folder_task(write_people(tmp_path / "p", {f"P{i}": 3 for i in range(9)}))
    part = measured(task).part("pairs")
    assert len(part.folds.accuracies) == 4
    assert part.notes[0].startswith("4 folds in place of 10")
    assert task.conditions["folds"] == 4


def test_nothing_can_be_made(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"No pairs in folds: .*No all pairs: .*No open set: "):
        measured(folder_task(write_people(tmp_path / "one", {"A": 2})))
    with pytest.raises(DataError, match="not a folder"):
        folder_task(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no photographs in folders of people"):
        folder_task(tmp_path / "empty")


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=12), st.integers(0, 99))
def test_whatever_the_folder_something_comes_out(counts: list[int], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write_people(Path(folder) / "p", {f"P{i}": n for i, n in enumerate(counts)})
        task = folder_task(root, seed=seed).for_bundle(calibrated(), flip=True)
        assert isinstance(task, FolderTask)
        result = measured(task, noise=0.7, seed=seed)
    assert result.to_wire().parts
    for part in result.parts:
        for figure in part.figures:
            assert figure.interval is None or (
                figure.interval.low <= figure.interval.high and np.isfinite(figure.interval.low)
            )
