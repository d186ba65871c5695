from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.evaluation import Evaluation, Settings
from facemetric.evaluation.intervals import pairs_of_embeddings
from facemetric.evaluation.parts import measure_all_pairs
from facemetric.evaluation.report import compare_models, holm
from facemetric.evaluation.report.comparisons import comparison_far

P_VALUES = st.lists(st.floats(0, 1), max_size=12)


def by_the_book(p_values: list[float]) -> list[float]:
    """Holm's steps: the k-th smallest times what is left, never below the one before."""
    adjusted = [0.0] * len(p_values)
    for at in range(len(p_values)):
        smaller = sorted(range(len(p_values)), key=lambda i: (p_values[i], i))
        steps = [
            min(1.0, (len(p_values) - k) * p_values[i])
            for k, i in enumerate(smaller[: smaller.index(at) + 1])
        ]
        adjusted[at] = max(steps)
    return adjusted


@settings(deadline=None, max_examples=100)
@given(P_VALUES)
def test_holm_is_by_the_book(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert adjusted == pytest.approx(by_the_book(p_values))
    assert all(after >= before for before, after in zip(p_values, adjusted, strict=True))


def test_holm_of_a_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


def test_every_two_models_are_compared_in_what_their_parts_allow(
    measure: Callable[[str, float], Evaluation],
) -> None:
    models = [measure("a", 0.5), measure("b", 1.0), measure("c", 1.0)]
    found = compare_models(models, "abc", Settings(replicates=30))
    pairs = {(one.first, one.second) for one in found}
    assert pairs == {("a", "b"), ("a", "c"), ("b", "c")}
    assert len({(one.part, one.figure) for one in found}) * 3 == len(found)
    assert all(one.p_holm >= one.result.p_value for one in found)
    same = [one for one in found if (one.first, one.second) == ("b", "c")]
    assert all(one.result.difference.estimate == 0 and one.p_holm == 1 for one in same)
    accuracy = next(one for one in found if one.figure == "accuracy")
    assert accuracy.result.first == pytest.approx(models[0].part("pairs").figure("accuracy").value)
    assert np.isfinite(accuracy.result.difference.low)


def test_models_are_compared_at_a_rate_that_the_kept_impostors_reach() -> None:
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(120), 2)  # 28,440 impostor pairs
    vectors = random.normal(size=(240, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    whole = measure_all_pairs("all", vectors, labels, Settings(replicates=5))
    few = replace(whole, subjects=pairs_of_embeddings(vectors, labels, share=1e-3))
    asked = Settings(fars=(4e-4,))
    assert comparison_far(whole, whole, Settings()) == 1e-3
    assert comparison_far(whole, few, Settings()) is None
    assert comparison_far(whole, few, asked) == 4e-4
