from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from facemetric.cluster import Corrections, agglomerative, components
from facemetric.cluster.corrections import NO_PAIRS, chain, inherit, reconcile
from facemetric.cluster.joining import join_groups

NONE = Corrections(NO_PAIRS, NO_PAIRS)
NOBODY = np.empty(0, np.int64)


def _units(count: int, seed: int, dim: int = 5) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, dim))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def _people(sizes: list[int], seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    values = np.eye(len(sizes))[truth] + rng.normal(size=(len(truth), len(sizes))) * 0.03
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32), truth


def _drawn(data: st.DataObject, count: int) -> Corrections:
    """Corrections without contradiction."""
    pairs = st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=5)
    same = np.array(data.draw(pairs), np.int64).reshape(-1, 2)
    different = np.array(data.draw(pairs), np.int64).reshape(-1, 2)
    person = components(same[:, 0], same[:, 1], count)
    kept = person[different[:, 0]] != person[different[:, 1]]
    return Corrections(same, different[kept])


def _holds(groups: np.ndarray, said: Corrections) -> bool:
    one = (groups[said.same[:, 0]] == groups[said.same[:, 1]]).all()
    return bool(one and (groups[said.different[:, 0]] != groups[said.different[:, 1]]).all())


@settings(deadline=None, max_examples=40)
@given(count=st.integers(1, 40), seed=st.integers(0, 10**6), threshold=st.floats(0, 0.9))
def test_all_at_once_are_the_groups_of_all(count: int, seed: int, threshold: float) -> None:
    values = _units(count, seed)
    found = join_groups(values, NOBODY, threshold=threshold, corrections=NONE)
    wanted = agglomerative(values, threshold=threshold, n_clusters=None)
    assert adjusted_rand_score(wanted, found) == 1.0


@settings(deadline=None, max_examples=30)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=8),
    seed=st.integers(0, 10**6),
    cuts=st.lists(st.integers(0, 40), max_size=3),
)
def test_people_who_are_apart_are_the_same_in_parts(
    sizes: list[int], seed: int, cuts: list[int]
) -> None:
    values, truth = _people(sizes, seed)
    labels, fresh = NOBODY, 0
    for end in [*sorted(min(cut, len(values)) for cut in cuts), len(values)]:
        before = labels
        groups = join_groups(values[:end], labels, threshold=0.7, corrections=NONE)
        old = np.r_[labels, np.full(end - len(labels), -1)]
        labels, fresh = inherit(groups, old, fresh=fresh)
        kept = before >= 0
        assert np.array_equal(labels[: len(before)][kept], before[kept])
    # A face alone is a group of its own.
    alone = labels < 0
    labels[alone] = fresh + np.arange(alone.sum())
    assert adjusted_rand_score(truth, labels) == 1.0


@settings(deadline=None, max_examples=80)
@given(
    count=st.integers(2, 40),
    seed=st.integers(0, 10**6),
    threshold=st.floats(-0.2, 0.9),
    data=st.data(),
)
def test_corrections_hold_in_every_step(
    count: int, seed: int, threshold: float, data: st.DataObject
) -> None:
    values = _units(count, seed)
    first = data.draw(st.integers(1, count))
    groups = join_groups(values[:first], NOBODY, threshold=threshold, corrections=NONE)
    labels, fresh = inherit(groups, np.full(first, -1), fresh=0)
    said = _drawn(data, first)
    groups = np.where(labels >= 0, groups, np.arange(first))
    fixed = reconcile(groups, values[:first], threshold=threshold, corrections=said)
    assert _holds(fixed, said)
    labels, fresh = inherit(fixed, labels, fresh=fresh)
    joined = join_groups(values, labels, threshold=threshold, corrections=said)
    assert _holds(joined, said)
    again = join_groups(values, labels, threshold=threshold, corrections=said)
    assert np.array_equal(joined, again)
    anew = join_groups(values, NOBODY, threshold=threshold, corrections=_drawn(data, count))
    assert len(anew) == count
    said = _drawn(data, count)
    assert _holds(join_groups(values, NOBODY, threshold=threshold, corrections=said), said)


def test_two_groups_that_are_one_person_stay_whole() -> None:
    values, truth = _people([5, 4, 3], 1)
    groups = join_groups(values, NOBODY, threshold=0.7, corrections=NONE)
    one, other = np.flatnonzero(truth == 0)[0], np.flatnonzero(truth == 1)[0]
    said = Corrections(np.array([[one, other]]), NO_PAIRS)
    for found in (
        reconcile(groups, values, threshold=0.7, corrections=said),
        join_groups(values, NOBODY, threshold=0.7, corrections=said),
    ):
        assert len(set(found[truth < 2].tolist())) == 1
        assert len(set(found.tolist())) == 2


@settings(deadline=None, max_examples=60)
@given(nodes=st.integers(2, 12), data=st.data())
def test_a_chain_is_a_shortest_way(nodes: int, data: st.DataObject) -> None:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import shortest_path

    pair = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1))
    same = np.array(data.draw(st.lists(pair, max_size=14)), np.int64).reshape(-1, 2)
    first, second = data.draw(pair)
    assume(first != second)
    graph = coo_array((np.ones(len(same)), same.T), shape=(nodes, nodes)).tocsr()
    steps = shortest_path(graph, directed=False, unweighted=True)[first, second]
    way = chain(first, second, same)
    if way is None:
        assert np.isinf(steps)
        return
    assert way[0] == first and way[-1] == second and len(way) == steps + 1
    said = {frozenset(one) for one in same.tolist()}
    assert all(frozenset(step) in said for step in pairwise(way))


def test_labels_are_inherited_by_most_faces() -> None:
    groups = np.array([0, 0, 0, 3, 3, 5, 6, 6, 8, 8, 8])
    before = np.array([4, 4, 9, 4, 4, 9, -1, -1, 9, -1, -1])
    labels, fresh = inherit(groups, before, fresh=12)
    # 4 is tied, and goes to the first; its other half is new, as is whom nobody knew.
    assert labels.tolist() == [4, 4, 4, 12, 12, -1, 13, 13, 9, 9, 9]
    assert fresh == 14
