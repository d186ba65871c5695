import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import CalibrationError, InputError
from facemetric.evaluation import calibrate, nearest_people, people_with_doubles
from facemetric.evaluation.impostors import (
    genuine_similarities,
    hardest_impostors,
    impostor_count,
)
from facemetric.evaluation.intervals import far_intervals, pairs_of_embeddings, wilson


def made_up(
    people: int, images: int, *, seed: int = 0, dim: int = 12
) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.permutation(np.repeat(np.arange(people), images))
    vectors = random.normal(size=(people, dim))[labels] + 0.4 * random.normal(
        size=(len(labels), dim)
    )
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


def slow_pairs(vectors: np.ndarray, labels: np.ndarray) -> tuple[list[float], list[float]]:
    genuine, impostor = [], []
    for i in range(len(vectors)):
        for j in range(i + 1, len(vectors)):
            (genuine if labels[i] == labels[j] else impostor).append(float(vectors[i] @ vectors[j]))
    return genuine, impostor


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 9), st.integers(1, 4), st.floats(0.01, 1), st.integers(1, 40))
def test_hardest_impostors_are_the_explicit_loops(
    people: int, images: int, share: float, chunk: int
) -> None:
    vectors, labels = made_up(people, images, seed=people * images)
    genuine, impostor = slow_pairs(vectors, labels)
    found = hardest_impostors(vectors, labels, share=share, chunk=chunk)
    assert found.total == len(impostor) == impostor_count(labels)
    wanted = sorted(impostor, reverse=True)[: min(int(share * len(impostor)) + 1, len(impostor))]
    assert found.similarities == pytest.approx(wanted, abs=1e-6)
    assert (labels[found.rows[:, 0]] != labels[found.rows[:, 1]]).all()
    again = np.einsum("kd,kd->k", vectors[found.rows[:, 0]], vectors[found.rows[:, 1]])
    assert again == pytest.approx(found.similarities, abs=1e-6)
    assert np.sort(genuine_similarities(vectors, labels)) == pytest.approx(
        np.sort(genuine), abs=1e-6
    )


def test_the_table_keeps_its_rates() -> None:
    vectors, labels = made_up(150, 3)
    genuine, impostor = slow_pairs(vectors, labels)
    fars = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)
    table = calibrate(vectors, labels, data="made up", flip=True, replicates=50, fars=fars)
    assert [point.far for point in table.points] == [1e-1, 1e-2, 1e-3, 1e-4]
    assert (table.people, table.flip) == (150, True)
    for point in table.points:
        measured = np.mean(np.array(impostor) >= point.similarity)
        assert point.far - 1.5 / len(impostor) <= measured <= point.far
        assert point.far_low <= measured <= point.far_high
        assert point.tar == pytest.approx(np.mean(np.array(genuine) >= point.similarity), abs=1e-4)
        assert (point.impostor_pairs, point.genuine_pairs) == (len(impostor), len(genuine))
    assert table.points[0].far_high < 0.13


def test_what_is_not_supported_is_left_out_or_refused() -> None:
    vectors, labels = made_up(12, 2)  # 264 impostor pairs
    table = calibrate(vectors, labels, data="few", flip=False, fars=(1e-1, 1e-2), replicates=10)
    assert [point.far for point in table.points] == [1e-1]
    with pytest.raises(CalibrationError, match=r"far=0.01 needs 1,000 impostor pairs .*got 264"):
        calibrate(vectors, labels, data="few", flip=False, fars=(1e-2,))
    for fars in ((), (0.0,), (1.0,)):
        with pytest.raises(InputError, match="fars"):
            calibrate(vectors, labels, data="few", flip=False, fars=fars)
    with pytest.raises(InputError, match="at least two people"):
        calibrate(vectors, np.zeros(24, int), data="one", flip=False)
    with pytest.raises(InputError, match="labels: expected int"):
        calibrate(vectors, labels[:-1], data="few", flip=False)


def test_bounds_are_a_bootstrap_over_people() -> None:
    """The explicit form: copy the drawn people's images, compare all pairs of different draws."""
    vectors, labels = made_up(10, 2, seed=4)
    pairs = pairs_of_embeddings(vectors, labels)
    threshold = float(np.median(pairs.impostors))
    (fast,) = far_intervals(pairs, [threshold], replicates=40, seed=7)
    random = np.random.default_rng(7)
    draws = random.multinomial(10, np.full(10, 0.1), size=40)
    rates = []
    for draw in draws:
        chosen = np.repeat(np.arange(10), draw)
        hits = pairs = 0
        for a in range(10):
            for b in range(a):
                if chosen[a] == chosen[b]:
                    continue
                for i in np.flatnonzero(labels == chosen[a]):
                    for j in np.flatnonzero(labels == chosen[b]):
                        hits += float(vectors[i] @ vectors[j]) >= threshold
                        pairs += 1
        rates.append(hits / pairs)
    assert (fast.low, fast.high) == pytest.approx(np.percentile(rates, [2.5, 97.5]), abs=0.02)


def test_without_accepted_pairs_half_of_the_people_bound_the_rate() -> None:
    vectors, labels = made_up(6, 1)
    pairs = pairs_of_embeddings(vectors, labels, genuine_needed=False)
    (found,) = far_intervals(pairs, [1.5], replicates=20)
    assert (found.estimate, found.low, found.high) == (0, 0, wilson(0, 3).high)
    with pytest.raises(InputError, match="two images of somebody"):
        pairs_of_embeddings(vectors, labels)


def test_nearest_people() -> None:
    vectors, labels = made_up(6, 3, seed=1)
    moved = (vectors + 0.01).astype(np.float32)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    near = nearest_people(vectors, labels, moved, labels + 100)
    assert near.people.tolist() == list(range(6))
    assert near.others.tolist() == list(range(100, 106))
    for row in range(6):
        mean = [v[labels == row].astype(float).mean(axis=0) for v in (vectors, moved)]
        cosine = mean[0] @ mean[1] / np.linalg.norm(mean[0]) / np.linalg.norm(mean[1])
        assert near.similarities[row] == pytest.approx(cosine, abs=1e-5)
    with pytest.raises(InputError, match="one dimension"):
        nearest_people(vectors, labels, moved[:, :4].copy(), labels)
    with pytest.raises(InputError, match="at least one row"):
        nearest_people(vectors[:0], labels[:0], moved, labels)


def test_people_under_two_names() -> None:
    vectors, labels = made_up(8, 3, seed=2)
    assert people_with_doubles(vectors, labels, similarity=0.999, chunk=5).tolist() == []
    renamed = labels.copy()
    renamed[np.flatnonzero(labels == 3)[0]] = 8
    _, impostor = slow_pairs(vectors, labels)
    limit = (max(impostor) + 1) / 2
    wanted = sorted(
        {
            int(renamed[i])
            for i in range(len(renamed))
            for j in range(len(renamed))
            if renamed[i] != renamed[j] and vectors[i] @ vectors[j] >= limit
        }
    )
    assert people_with_doubles(vectors, renamed, similarity=limit, chunk=5).tolist() == wanted
    assert wanted in ([], [3, 8])
    assert people_with_doubles(vectors, renamed, similarity=-1.0).tolist() == list(range(9))


def test_copies_under_many_names_leave_no_threshold() -> None:
    vectors, labels = made_up(30, 4, seed=3)
    vectors[labels < 12] = vectors[0]
    with pytest.raises(CalibrationError, match="the same embedding"):
        calibrate(vectors, labels, data="copies", flip=False, fars=(1e-1,), replicates=10)
    # A tenth of the pairs and more is the same photograph; half of the pairs is not.
    table = calibrate(vectors, labels, data="copies", flip=False, fars=(0.5, 0.1), replicates=10)
    assert [point.far for point in table.points] == [0.5]
    assert all(point.fpir > 0.35 for point in table.searches)
