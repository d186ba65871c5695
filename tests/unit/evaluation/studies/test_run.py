from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from facemetric.datasets import Photo
from facemetric.errors import InputError
from facemetric.evaluation import Change, Embed, Embedded, Settings
from facemetric.evaluation.protocols import LfwTask
from facemetric.evaluation.studies import STUDIES, StudyResult, chosen_levels, run_study
from facemetric.types import AnyArray

from .conftest import SHAPE

PEOPLE = 40


@pytest.fixture(scope="module")
def task() -> LfwTask:
    """Two photographs of each of some made-up people in five folds."""
    first = np.arange(PEOPLE) * 2
    pairs = np.concatenate(
        [np.stack([first, first + 1], 1), np.stack([first, (first + 3) % (2 * PEOPLE)], 1)]
    )
    return LfwTask(
        title="made up",
        photos=tuple(Path(f"{number}.jpg") for number in range(2 * PEOPLE)),
        people=tuple(f"P{number // 2:03d}" for number in range(2 * PEOPLE)),
        conditions={},
        pairs=pairs,
        same=np.repeat([True, False], PEOPLE),
        fold_of_pair=np.tile(np.arange(PEOPLE) % 5, 2),
    )


class Network:
    """Made-up embeddings, the more noisy the worse the photograph; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Change | None] = []

    def __call__(self, change: Change | None) -> Embed:
        def embed(photos: Sequence[Photo]) -> Embedded:
            self.asked.append(change)
            noise = 0.05 if change is None else 0.2
            random = np.random.default_rng(0)
            people = np.repeat(random.normal(size=(PEOPLE, 128)), 2, axis=0)
            made = people + noise * random.normal(size=people.shape) * 10
            made /= np.linalg.norm(made, axis=1, keepdims=True)
            return made.astype(np.float32), np.ones(len(photos), bool)

        return embed


def studied(name: str, task: LfwTask, network: Network, *levels: float) -> StudyResult:
    return run_study(
        STUDIES[name],
        task,
        network,
        Settings(replicates=100),
        shape=SHAPE,
        levels=levels,
        bundle="made-up",
        conditions={"flip": False},
    )


def scores(result: StudyResult, place: int) -> AnyArray:
    return result.evaluations[place].vectors


def test_embeddings_are_made_once_where_vectors_change(task: LfwTask) -> None:
    network = Network()
    result = studied("dimension", task, network, 128, 8)
    assert network.asked == [None]
    assert result.levels == (8, 128)
    assert [one.vectors.shape[1] for one in result.evaluations] == [8, 128]
    assert np.array_equal(scores(result, 1), result.unchanged.vectors)
    assert result.evaluations[0].conditions["level"] == 8
    assert result.evaluations[0].conditions["study"] == "dimension"
    assert "level" not in result.unchanged.conditions


def test_each_level_has_its_change(task: LfwTask) -> None:
    network = Network()
    result = studied("blur", task, network, 0, 1, 2)
    assert [None if one is None else one.key["sigma_px"] for one in network.asked] == [None, 1, 2]
    assert np.array_equal(scores(result, 0), result.unchanged.vectors)
    first, worse = (one.parts[0].figure("accuracy").value for one in result.evaluations[:2])
    assert first is not None and worse is not None and worse < first


def test_the_usual_levels(task: LfwTask) -> None:
    assert chosen_levels(STUDIES["jpeg"], SHAPE) == (10, 20, 30, 50, 70, 90)
    assert chosen_levels(STUDIES["dimension"], SHAPE, [64, 16]) == (16, 64)


def test_wrong_levels_are_refused_before_the_work(task: LfwTask) -> None:
    network = Network()
    with pytest.raises(InputError, match="jpeg: expected a whole number"):
        studied("jpeg", task, network, 10, 400)
    with pytest.raises(InputError, match="jpeg: expected each level once, got 10, 10"):
        studied("jpeg", task, network, 10, 10)
    assert network.asked == []
