from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import DataError, InputError
from facemetric.evaluation import Settings, holdout_task
from facemetric.evaluation.metrics import val_at_far, val_over_splits
from facemetric.evaluation.parts import measure_splits
from layouts.made_up import QUICK, measured, write_people


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return write_people(tmp_path / "people", {f"P{i:02d}": 1 + i % 4 for i in range(40)})


def test_nobody_is_in_two_splits(people: Path) -> None:
    task = holdout_task(people, splits=4, seed=3)
    splits = {name: set() for name in task.people}
    for name, split in zip(task.people, task.split, strict=True):
        splits[name].add(int(split))
    assert {len(found) for found in splits.values()} == {1}
    assert sorted(set(task.split.tolist())) == [0, 1, 2, 3]
    assert task.split.tolist() == holdout_task(people, splits=4, seed=3).split.tolist()
    assert task.split.tolist() != holdout_task(people, splits=4, seed=4).split.tolist()


def test_val_is_the_mean_over_splits_of_an_explicit_loop(people: Path) -> None:
    task = holdout_task(people, splits=4)
    result = measured(task, noise=0.8)
    (part,) = result.parts
    points = []
    for split in range(4):
        rows = np.flatnonzero(task.split == split)
        distances, same = [], []
        for place, i in enumerate(rows):
            for j in rows[place + 1 :]:
                distances.append(float(((result.vectors[i] - result.vectors[j]) ** 2).sum()))
                same.append(task.people[i] == task.people[j])
        points.append(val_at_far(np.array(distances), np.array(same), 0.1))
    wanted = val_over_splits(points)
    found = part.figure("VAL at FAR 0.1")
    assert found.value == pytest.approx(wanted.mean, abs=1e-9)
    assert found.standard_error == pytest.approx(wanted.standard_error, abs=1e-9)
    assert found.interval is not None
    assert found.interval.low <= found.value <= found.interval.high
    assert part.counts["impostor pairs"] == sum(point.different_pairs for point in points)


def test_a_rate_that_a_split_does_not_support_is_only_bounded(people: Path) -> None:
    task = holdout_task(people, splits=4)
    vectors = measured(task).vectors
    (figure,) = [
        one
        for one in measure_splits(
            "splits",
            vectors,
            np.unique(np.array(task.people), return_inverse=True)[1],
            task.split,
            Settings(fars=(1e-3,), replicates=100),
        ).figures
        if one.name == "VAL at FAR 0.001"
    ]
    assert figure.value is None
    assert figure.at_most is not None
    assert "needs 10,000 impostor pairs in each split" in figure.note


def test_the_papers_rate_comes_first(tmp_path: Path) -> None:
    people = write_people(tmp_path / "p", {f"P{i}": 12 for i in range(24)})
    assert measured(holdout_task(people, splits=2)).parts[0].figures[0].name == "VAL at FAR 0.001"


def test_the_pooled_subjects_hold_pairs_within_splits_alone(people: Path) -> None:
    task = holdout_task(people, splits=4)
    part = measured(task).parts[0]
    assert part.subjects.complete
    assert part.subjects.impostor_total(np.ones(part.subjects.people)) == part.impostor.total
    rng = np.random.default_rng(0)
    draw = rng.integers(0, 3, part.subjects.people).astype(float)
    assert part.subjects.impostor_total(draw) == pytest.approx(
        part.subjects.impostor_weights(draw).sum()
    )


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(1, 5), min_size=6, max_size=14), st.integers(0, 5))
def test_any_people_are_measured_or_refused(counts: list[int], seed: int) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    several = np.flatnonzero(np.array(counts) > 1)
    if len(several) < 2:
        return
    rng = np.random.default_rng(seed)
    split_of = np.arange(len(counts)) % 2
    split_of[several] = np.arange(len(several)) % 2
    if min(np.bincount(split_of, minlength=2)) < 3:
        return
    vectors = rng.normal(size=(len(labels), 4))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    part = measure_splits("splits", vectors, labels, split_of[labels], QUICK)
    assert all(one.value is None or 0 <= one.value <= 1 for one in part.figures)


def test_too_few_people_and_wrong_options(tmp_path: Path) -> None:
    few = write_people(tmp_path / "few", {"Ann": 3, "Bob": 1})
    with pytest.raises(DataError, match=r"5 splits need 5 people with several .* are 1 and 2"):
        holdout_task(few)
    with pytest.raises(InputError, match="at least 2"):
        holdout_task(few, splits=1)
    with pytest.raises(DataError, match="not a folder"):
        holdout_task(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no photographs in folders of people"):
        holdout_task(tmp_path / "empty")


@pytest.mark.data
def test_both_celeba_subsets_are_one_collection(data_root: Path) -> None:
    task = holdout_task(data_root)
    assert (len(task.photos), len(set(task.people))) == (13441, 3059)
