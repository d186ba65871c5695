from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.evaluation.leakage.pictures import SamePictures
from facemetric.jobs import Copy, find_copies


def same(pairs: list[tuple[int, int]], identical: list[bool] | None = None) -> SamePictures:
    count = len(pairs)
    return SamePictures(
        rows=np.array(pairs, np.int64).reshape(-1, 2),
        identical=np.array(identical or [False] * count, np.bool_),
        mirrored=np.zeros(count, np.bool_),
        bits=np.zeros(count, np.int64),
        correlations=np.ones(count, np.float32),
    )


def test_the_worthiest_of_one_person_stays() -> None:
    labels = np.array([0, 0, 0, 1])
    worth = [(1.0, 5.0), (1.0, 9.0), (0.0, 99.0), (1.0, 1.0)]
    assert find_copies(same([(0, 1), (1, 2)], [True, False]), labels, worth=worth) == [
        Copy(0, 1, True, False),
        Copy(2, 1, False, False),
    ]


def test_of_equal_ones_the_first_stays() -> None:
    copies = find_copies(same([(0, 1)]), np.array([0, 0]), worth=[(1.0,), (1.0,)])
    assert copies == [Copy(1, 0, False, False)]


def test_none_stays_of_a_picture_under_two_names() -> None:
    copies = find_copies(
        same([(0, 2), (1, 2)], [True, False]), np.array([0, 0, 1]), worth=[(1.0,)] * 3
    )
    assert copies == [
        Copy(0, 2, True, True),
        Copy(1, 2, False, True),
        Copy(2, 0, True, True),
    ]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda p: p[0] < p[1])),
    st.lists(st.integers(0, 2), min_size=8, max_size=8),
)
def test_one_or_none_of_each_chain_stays(pairs: list[tuple[int, int]], labels: list[int]) -> None:
    dropped = {c.row for c in find_copies(same(pairs), np.array(labels), worth=[(0.0,)] * 8)}
    # The oracle: reach grows until nothing more is reached.
    for row in range(8):
        reach = {row}
        while more := {b for p in pairs for b in p if set(p) & reach} - reach:
            reach |= more
        stays = reach - dropped
        assert len(stays) == (1 if len({labels[one] for one in reach}) == 1 else 0)
