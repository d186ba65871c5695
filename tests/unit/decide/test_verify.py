from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.decide import manual_threshold, verify
from facemetric.errors import InputError


def _unit(seed: int, dim: int = 128) -> np.ndarray:
    value = np.random.default_rng(seed).normal(size=dim)
    return (value / np.linalg.norm(value)).astype(np.float32)


@settings(deadline=None, max_examples=40)
@given(one=st.integers(0, 999), other=st.integers(0, 999), limit=st.floats(-1, 1))
def test_the_answer_follows_the_cosine(one: int, other: int, limit: float) -> None:
    a, b = _unit(one), _unit(other)
    answer = verify(a, b, manual_threshold(limit))
    assert -1 <= answer.similarity <= 1
    assert answer.similarity == pytest.approx(float(a.astype(float) @ b.astype(float)), abs=1e-6)
    assert answer.distance == pytest.approx(((a - b).astype(float) ** 2).sum(), abs=1e-5)
    assert answer.same == (answer.similarity >= limit)
    assert verify(b, a, manual_threshold(limit)).similarity == answer.similarity
    assert answer.liveness == "not_checked"


def test_a_face_is_itself() -> None:
    answer = verify(_unit(1), _unit(1), manual_threshold(1.0 - 1e-9))
    assert answer.same
    assert answer.distance == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("a", "message"),
    [
        (np.ones(128, np.float32), "a: expected unit vectors, got norm 11.3 in row 0"),
        (np.full(128, np.nan, np.float32), "a: not finite"),
        (_unit(3, 64), "b: expected float"),
        (np.stack([_unit(1), _unit(2)]), r"expected \(D,\) and \(D,\)"),
        (np.zeros(128, np.float32), "got norm 0"),
    ],
)
def test_what_is_no_embedding_is_refused(a: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        verify(a, _unit(2), manual_threshold(0.5))
