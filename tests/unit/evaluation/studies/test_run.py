from __future__ import annotations

import numpy as np
import pytest

from facemetric.errors import InputError
from facemetric.evaluation import Settings
from facemetric.evaluation.protocols import LfwTask
from facemetric.evaluation.studies import STUDIES, StudyResult, chosen_levels, run_study
from facemetric.types import AnyArray

from .conftest import SHAPE, Network


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
