from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.samplers import PK


@settings(deadline=None, max_examples=60)
@given(
    counts=st.lists(st.integers(1, 9), min_size=1, max_size=12),
    people=st.integers(1, 6),
    images=st.integers(1, 5),
    number=st.integers(1, 25),
    epoch=st.integers(0, 1000),
)
def test_people_and_their_images_take_turns(
    counts: list[int], people: int, images: int, number: int, epoch: int
) -> None:
    people = min(people, len(counts))
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    sampler = PK(labels, people=people, images=images, seed=3, batches_per_epoch=number)
    rows = np.stack(sampler.batches(epoch)).reshape(number, people, images)
    persons = labels[rows]
    assert (persons == persons[:, :, :1]).all()
    for batch in persons[:, :, 0]:
        assert len(set(batch.tolist())) == people
    turns = np.bincount(persons[:, :, 0].ravel(), minlength=len(counts))
    assert turns.max() - turns.min() <= 1
    shown = np.bincount(rows.ravel(), minlength=len(labels))
    for person in range(len(counts)):
        mine = shown[labels == person]
        assert mine.max() - mine.min() <= 1
    for images_of_one in rows.reshape(-1, images):
        repeats = np.unique(images_of_one, return_counts=True)[1]
        assert repeats.max() <= -(-images // counts[labels[images_of_one[0]]])


def test_an_epoch_shows_everybody_and_is_about_one_pass() -> None:
    labels = np.repeat(np.arange(50), 20)
    sampler = PK(labels, people=8, images=5)
    assert sampler.batches_per_epoch == 25
    single = PK(np.arange(50), people=8, images=5)
    assert single.batches_per_epoch == 7
    assert len(np.unique(np.concatenate(single.batches(0)))) == 50


def test_facenets_batch_is_every_image_of_45_people_with_40() -> None:
    sampler = PK(np.repeat(np.arange(45), 40), people=45, images=40)
    (batch,) = sampler.batches(0)
    assert sorted(batch.tolist()) == list(range(1800))


def test_people_with_too_few_images_can_be_left_out() -> None:
    labels = np.repeat(np.arange(6), [1, 5, 2, 5, 3, 9])
    sampler = PK(labels, people=3, images=4, min_images=4)
    assert sampler.left_out == 3
    batches = sampler.batches(0)
    assert set(labels[np.concatenate(batches)]) == {1, 3, 5}
    assert all(len(set(rows.tolist())) == 12 for rows in batches)


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        (
            {"people": 7, "images": 2},
            "7 people a batch, but there are 6. Choose people=6 or fewer",
        ),
        (
            {"people": 5, "images": 4, "min_images": 4},
            r"5 people a batch, but there are 3 with 4 images or more. Choose people=3 or fewer, "
            r"or min_images=2 or less \(the images of people with fewer than 4 are then repeated",
        ),
        (
            {"people": 2, "images": 10, "min_images": 10},
            "there are 0 with 10 images or more. Choose min_images=5 or less",
        ),
    ],
)
def test_what_the_people_do_not_allow_is_refused_with_the_way_out(
    options: dict[str, int], cause: str
) -> None:
    labels = np.repeat(np.arange(6), [1, 5, 2, 5, 3, 9])
    with pytest.raises(InputError, match=cause):
        PK(labels, **options)
