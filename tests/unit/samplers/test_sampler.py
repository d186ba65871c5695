"""What holds of every sampler: walks the registry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.samplers import SAMPLERS, Sampler

OPTIONS = {
    "shuffle": {"batch_size": 4},
    "p-k": {"people": 3, "images": 2},
    "class-balanced": {"batch_size": 4},
}
every_sampler = pytest.mark.parametrize("name", SAMPLERS)
people_of_images = st.lists(st.integers(-3, 5), min_size=4, max_size=40).filter(
    lambda labels: len(set(labels)) >= 3
)


def build(name: str, labels: list[int], seed: int = 0) -> Sampler:
    return SAMPLERS[name](np.array(labels), seed=seed, **OPTIONS[name])


@every_sampler
@settings(deadline=None, max_examples=25)
@given(labels=people_of_images, seed=st.integers(0, 2**40), epoch=st.integers(0, 10**6))
def test_batches_are_a_function_of_seed_and_epoch(
    name: str, labels: list[int], seed: int, epoch: int
) -> None:
    sampler = build(name, labels, seed)
    batches = sampler.batches(epoch)
    assert len(batches) == sampler.batches_per_epoch >= 1
    for rows in batches:
        assert rows.dtype == np.int64
        assert len(rows) > 0
        assert rows.min() >= 0
        assert rows.max() < len(labels)
    sampler.batches(epoch + 1)
    resumed = build(name, labels, seed)
    for here, there in zip(batches, resumed.batches(epoch), strict=True):
        np.testing.assert_array_equal(here, there)


@every_sampler
def test_other_epochs_and_other_seeds_are_other_batches(name: str) -> None:
    labels = list(range(10)) * 5
    first = np.concatenate(build(name, labels).batches(0))
    assert (first != np.concatenate(build(name, labels).batches(1))).any()
    assert (first != np.concatenate(build(name, labels, seed=1).batches(0))).any()


@every_sampler
def test_resuming_at_a_batch_gives_the_tail(name: str) -> None:
    labels = list(range(10)) * 5
    whole = [rows.tolist() for rows in build(name, labels).batches(7)]
    assert [rows.tolist() for rows in build(name, labels).batches(7)[3:]] == whole[3:]


@every_sampler
@pytest.mark.parametrize("labels", [np.zeros(0, dtype=np.int64), np.ones(4), np.ones((2, 2), int)])
def test_labels_of_another_shape_or_type_are_refused(name: str, labels: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"labels: expected integers \(N,\), one for each image"):
        SAMPLERS[name](labels, **OPTIONS[name])


@every_sampler
def test_numbers_below_their_least_are_refused(name: str) -> None:
    for option in OPTIONS[name]:
        with pytest.raises(InputError, match=f"{option}: expected at least 1, got 0"):
            SAMPLERS[name](np.arange(9) % 3, **{**OPTIONS[name], option: 0})
    with pytest.raises(InputError, match="seed and epoch: expected 0 or more"):
        build(name, list(range(9)), seed=-1).batches(0)
    with pytest.raises(InputError, match="seed and epoch: expected 0 or more"):
        build(name, list(range(9))).batches(-1)
