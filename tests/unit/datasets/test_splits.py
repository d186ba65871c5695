from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets import (
    LabelledPhotos,
    identity_folds,
    make_cluster_task,
    make_open_set,
    make_pairs,
    read_identity_folders,
)
from facemetric.errors import DataError, InputError


def collection(counts: list[int]) -> LabelledPhotos:
    people = [f"p{person:03d}" for person, count in enumerate(counts) for _ in range(count)]
    return LabelledPhotos(
        tuple(Path(f"{person}/{row}.jpg") for row, person in enumerate(people)), tuple(people)
    )


collections = st.lists(st.integers(1, 6), min_size=2, max_size=30).map(collection)
seeds = st.integers(0, 3)


@settings(max_examples=60, deadline=None)
@given(collections, st.integers(2, 5), seeds)
def test_nobody_is_in_two_folds(photos: LabelledPhotos, folds: int, seed: int) -> None:
    try:
        fold = identity_folds(photos, folds=folds, seed=seed)
    except DataError:
        several = sum(photos.people.count(name) > 1 for name in photos.names)
        assert several < folds or len(photos.names) < 2 * folds
        return
    per_person = [set(fold[photos.labels == label]) for label in range(len(photos.names))]
    assert all(len(found) == 1 for found in per_person)
    people = np.bincount([found.pop() for found in per_person], minlength=folds)
    assert people.max() - people.min() <= 1
    np.testing.assert_array_equal(fold, identity_folds(photos, folds=folds, seed=seed))


@settings(max_examples=80, deadline=None)
@given(collections, st.integers(2, 4), st.none() | st.integers(1, 12), seeds)
def test_pairs(photos: LabelledPhotos, folds: int, each: int | None, seed: int) -> None:
    try:
        task = make_pairs(photos, folds=folds, pairs_each=each, seed=seed)
    except DataError:
        return
    people = np.array(task.people)[task.pairs]
    assert ((people[:, 0] == people[:, 1]) == task.same).all()
    assert len({tuple(sorted(pair)) for pair in task.pairs.tolist()}) == len(task)
    assert (task.pairs[:, 0] != task.pairs[:, 1]).all()
    counts = np.zeros((folds, 2), int)
    np.add.at(counts, (task.fold, task.same.astype(int)), 1)
    assert (counts == counts[0, 0]).all()
    assert each is None or counts[0, 0] == each
    folds_of: dict[str, set[int]] = {}
    for pair, number in zip(people, task.fold.tolist(), strict=True):
        for name in pair:
            folds_of.setdefault(name, set()).add(number)
    assert all(len(found) == 1 for found in folds_of.values())
    assert len(set(task.paths)) == len(task.paths)
    assert [path.parent.name for path in task.paths] == list(task.people)


def test_all_pairs_can_be_had() -> None:
    # Each fold has two people with three photographs: 6 genuine pairs, 9 impostor pairs.
    photos = collection([3] * 4)
    assert len(make_pairs(photos, folds=2, pairs_each=None)) == 24
    with pytest.raises(DataError, match=r"one fold can give 6\. Ask for at most 6"):
        make_pairs(photos, folds=2, pairs_each=7)


def test_pairs_where_one_person_has_nearly_all_photographs() -> None:
    task = make_pairs(collection([60, 60, 2, 2, 1, 1]), folds=2, pairs_each=80)
    assert (task.same.sum(), (~task.same).sum()) == (160, 160)
    people = np.array(task.people)[task.pairs[~task.same]]
    assert (people[:, 0] != people[:, 1]).all()


def test_seed_and_spread() -> None:
    photos = collection([40, 2, 2, 2] * 5)
    first, again, other = (make_pairs(photos, folds=2, pairs_each=10, seed=s) for s in (0, 0, 1))
    assert first.paths == again.paths
    np.testing.assert_array_equal(first.pairs, again.pairs)
    assert first.paths != other.paths
    # One pair of every person before the second of any.
    genuine = [first.people[row] for row in first.pairs[first.same][:, 0]]
    assert len(set(genuine)) == 20


@settings(max_examples=60, deadline=None)
@given(collections, st.floats(0.1, 0.9), st.integers(1, 3), seeds)
def test_open_set(photos: LabelledPhotos, share: float, each: int, seed: int) -> None:
    try:
        task = make_open_set(photos, known_share=share, enrolled_each=each, seed=seed)
    except DataError:
        able = sum(photos.people.count(name) > each for name in photos.names)
        assert able == 0 or len(photos.names) == 1
        return
    assert {*task.mated.names} == {*task.gallery.names}
    assert not {*task.non_mated.names} & {*task.gallery.names}
    assert all(task.gallery.people.count(name) == each for name in task.gallery.names)
    everything = [*task.gallery.paths, *task.mated.paths, *task.non_mated.paths]
    assert sorted(everything) == sorted(photos.paths)


def test_cluster_task() -> None:
    photos = collection([3, 1, 2, 5])
    task = make_cluster_task(photos, people=2, seed=3)
    assert len(task.names) == 2
    assert all(task.people.count(name) == photos.people.count(name) for name in task.names)
    assert sorted(make_cluster_task(photos).paths) == sorted(photos.paths)
    assert make_cluster_task(photos).paths != photos.paths
    with pytest.raises(DataError, match="5 people are wanted, there are 4"):
        make_cluster_task(photos, people=5)


def test_options() -> None:
    photos = collection([2] * 8)
    with pytest.raises(InputError, match="folds: expected at least 2"):
        identity_folds(photos, folds=1)
    with pytest.raises(InputError, match="pairs_each: expected at least 1"):
        make_pairs(photos, folds=2, pairs_each=0)
    with pytest.raises(InputError, match="known_share: expected a share"):
        make_open_set(photos, known_share=1)
    with pytest.raises(InputError, match="enrolled_each: expected at least 1"):
        make_open_set(photos, enrolled_each=0)
    with pytest.raises(InputError, match="people: expected at least 1"):
        make_cluster_task(photos, people=0)


@pytest.mark.data
def test_real_folders(data_root: Path) -> None:
    photos = read_identity_folders(data_root / "orl")
    task = make_pairs(photos, folds=10, pairs_each=90)
    assert len(task) == 1800
    open_set = make_open_set(photos, enrolled_each=3)
    assert (len(open_set.gallery), len(open_set.mated)) == (60, 140)
    assert len(open_set.non_mated) == 200
