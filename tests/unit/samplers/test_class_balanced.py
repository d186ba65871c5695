from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.samplers import ClassBalanced


@settings(deadline=None, max_examples=40)
@given(
    counts=st.lists(st.integers(1, 30), min_size=1, max_size=10),
    batch_size=st.integers(1, 20),
    number=st.integers(1, 10),
    epoch=st.integers(0, 1000),
)
def test_people_and_their_images_come_equally_often(
    counts: list[int], batch_size: int, number: int, epoch: int
) -> None:
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    sampler = ClassBalanced(labels, batch_size=batch_size, batches_per_epoch=number)
    batches = sampler.batches(epoch)
    assert [len(rows) for rows in batches] == [batch_size] * number
    rows = np.concatenate(batches)
    turns = np.bincount(labels[rows], minlength=len(counts))
    assert turns.max() - turns.min() <= 1
    for person in range(len(counts)):
        mine = np.bincount(rows, minlength=len(labels))[labels == person]
        assert mine.max() - mine.min() <= 1


def test_an_epoch_is_about_one_pass() -> None:
    assert ClassBalanced(np.arange(10) % 3, batch_size=4).batches_per_epoch == 2
    assert ClassBalanced(np.arange(3), batch_size=4).batches_per_epoch == 1
