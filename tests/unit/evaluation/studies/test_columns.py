from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np

from facemetric.evaluation import Evaluation, Figure, Part
from facemetric.evaluation.studies.columns import Column, columns_of
from facemetric.evaluation.task import Task


def evaluation(*parts: tuple[str, dict[str, float | None]]) -> Evaluation:
    made = tuple(
        Part(
            kind="verification",
            name=name,
            figures=tuple(Figure(n, v) for n, v in figures.items()),
            counts={},
        )
        for name, figures in parts
    )
    nothing = np.zeros((0, 2), np.float32)
    return Evaluation(cast(Task, Path()), "", {}, nothing, np.zeros(0, bool), made)


def test_the_headline_and_the_papers_rate() -> None:
    one = evaluation(
        (
            "pairs",
            {
                "accuracy": 0.9,
                "TAR at FAR 0.1": 0.9,
                "TAR at FAR 0.001": 0.8,
                "TAR at FAR 0.0001": 0.7,
                "VAL at FAR 0.001 (facenet grid)": 0.5,
            },
        )
    )
    assert columns_of(one) == (
        Column("pairs", "accuracy", False),
        Column("pairs", "TAR at FAR 0.001", True),
    )
    assert columns_of(one)[1].of(one).value == 0.8


def test_the_lowest_rate_that_is_supported() -> None:
    one = evaluation(("FF", {"accuracy": 0.9, "TAR at FAR 0.01": 0.9, "TAR at FAR 0.001": None}))
    assert columns_of(one)[1] == Column("FF", "TAR at FAR 0.01", True)


def test_a_rate_that_is_the_headline_comes_once() -> None:
    one = evaluation(
        ("splits", {"VAL at FAR 0.001": 0.9, "VAL at FAR 0.01": 0.9}),
        ("groups", {"pairwise F": 0.4}),
        ("few", {"VAL at FAR 0.001": None}),
    )
    assert columns_of(one) == (
        Column("splits", "VAL at FAR 0.001", True),
        Column("groups", "pairwise F", False),
        Column("few", "VAL at FAR 0.001", False),
    )
