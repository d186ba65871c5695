from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets.shards.texts import Texts

TEXTS = st.lists(st.text(max_size=8), max_size=8)


@settings(deadline=None, max_examples=50)
@given(TEXTS, TEXTS)
def test_texts_come_back(first: list[str], second: list[str]) -> None:
    joined = Texts.joined([Texts.of(first), Texts.of(second)])
    assert [joined[row] for row in range(len(joined))] == first + second


def test_undecodable_names_come_back() -> None:
    name = b"\xff.jpg".decode(errors="surrogateescape")
    assert Texts.of([name])[0] == name


@pytest.mark.parametrize(("size", "ends"), [(3, [2]), (3, [2, 1, 3]), (1, []), (2, [-1, 2])])
def test_ends_that_do_not_fit(size: int, ends: list[int]) -> None:
    with pytest.raises(ValueError, match="the ends do not"):
        Texts(np.zeros(size, np.uint8), np.array(ends, np.int64))
