"""The bootstrap over people against drawn people written out, and how often it holds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from facemetric.errors import InputError
from facemetric.evaluation.intervals import (
    area_interval,
    d_prime_interval,
    equal_error_interval,
    far_intervals,
    mean_interval,
    pairs_of_embeddings,
    pairs_of_list,
    people_draws,
    rate_intervals,
    tar_intervals,
    threshold_intervals,
    wilson,
)
from facemetric.evaluation.intervals.pair_figures import (
    AreaInDraw,
    DPrimeInDraw,
    EqualErrorInDraw,
)
from facemetric.evaluation.intervals.rates import RatesInDraw, TarInDraw
from facemetric.evaluation.metrics import d_prime, roc, tar_at_far


def made_up(people: int, images: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Embeddings of people some of whom vary more than others."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(people), images)
    centres = random.normal(size=(people, 12))
    spread = random.uniform(0.3, 1.1, people)[labels, None]
    vectors = centres[labels] + spread * random.normal(size=(len(labels), 12))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), labels


def written_out(
    vectors: np.ndarray, labels: np.ndarray, draw: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scores and kinds of all pairs of the drawn people; copies of one person are not compared."""
    similarities = (vectors @ vectors.T).astype(float)
    scores, same = [], []
    for i in range(len(labels)):
        for j in range(i):
            a, b = labels[i], labels[j]
            times = draw[a] if a == b else draw[a] * draw[b]
            scores += [similarities[i, j]] * int(times)
            same += [a == b] * int(times)
    return np.array(scores), np.array(same)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000), st.floats(0.01, 0.6), st.booleans())
def test_a_draw_is_the_pairs_written_out(seed: int, far: float, coarse: bool) -> None:
    vectors, labels = made_up(7, 3, seed=seed)
    if coarse:  # many ties: cosines -1, -0.5 … 1 without rounding
        vectors = np.where(vectors[:, :4] < 0, -0.5, 0.5).astype(np.float32)
    draw = people_draws(7, replicates=1, seed=seed)[0]
    scores, same = written_out(vectors, labels, draw)
    lists = written_out(vectors, labels, np.ones(7))
    ends = np.array([(labels[i], labels[j]) for i in range(len(labels)) for j in range(i)])
    for pairs in (pairs_of_list(*lists, ends), pairs_of_embeddings(vectors, labels)):
        point = tar_at_far(scores, same, far)
        (tar,), (cut,) = TarInDraw(pairs, [far])(draw)
        assert tar == pytest.approx(point.tar)
        assert cut == pytest.approx(point.threshold, abs=1e-6)
        area, error = AreaInDraw(pairs)(draw), EqualErrorInDraw(pairs)(draw)
        assert area == pytest.approx(roc_auc_score(same, scores))
        assert error == pytest.approx(roc(scores, same).equal_error_rate)
        assert DPrimeInDraw(pairs)(draw) == pytest.approx(d_prime(scores, same))
        threshold = float(np.median(scores)) + 1e-4
        wanted = (np.mean(scores[~same] >= threshold), np.mean(scores[same] >= threshold))
        assert RatesInDraw(pairs, threshold)(draw) == pytest.approx(wanted)


def test_rates_at_a_fixed_threshold() -> None:
    vectors, labels = made_up(8, 3, seed=1)
    pairs = pairs_of_embeddings(vectors, labels)
    threshold = float(np.quantile(pairs.impostors, 0.9))
    far, tar = rate_intervals(pairs, threshold, replicates=50, seed=3)
    slow = []
    for draw in people_draws(8, replicates=50, seed=3):
        scores, same = written_out(vectors, labels, draw)
        slow.append((np.mean(scores[~same] >= threshold), np.mean(scores[same] >= threshold)))
    low, high = np.percentile(slow, [2.5, 97.5], axis=0)
    # Some draws hold none of the few rejected people: these count as trials then.
    low[1] = min(low[1], wilson(round(8 * tar.estimate), 8).low)
    assert high[1] == 1
    assert (far.low, tar.low) == pytest.approx(tuple(low))
    assert (far.high, tar.high) == pytest.approx(tuple(high))
    assert far.low < far.estimate < far.high
    assert far.method == "people bootstrap"


def test_calibrations_intervals_are_these() -> None:
    vectors, labels = made_up(20, 3, seed=1)
    pairs = pairs_of_embeddings(vectors, labels)
    threshold = float(np.quantile(pairs.impostors, 0.95))
    (wanted,) = far_intervals(pairs, [threshold], replicates=200, seed=3)
    far, tar = rate_intervals(pairs, threshold, replicates=200, seed=3)
    assert far == wanted
    assert far.low < far.estimate < far.high
    assert tar.low < tar.estimate < tar.high
    assert far.method == "people bootstrap"


def test_intervals_of_the_true_accept_rate() -> None:
    vectors, labels = made_up(40, 4, seed=2)
    pairs = pairs_of_embeddings(vectors, labels, share=0.5)
    whole = pairs_of_embeddings(vectors, labels)
    found = tar_intervals(pairs, [0.1, 0.01], replicates=200)
    assert found == tar_intervals(whole, [0.1, 0.01], replicates=200)
    assert found != tar_intervals(whole, [0.1, 0.01], replicates=200, seed=1)
    for interval, far in zip(found, (0.1, 0.01), strict=True):
        scores = np.concatenate([whole.genuine, whole.impostors])
        same = np.arange(len(scores)) < len(whole.genuine)
        assert interval.estimate == tar_at_far(scores, same, far).tar
        assert interval.low < interval.estimate < interval.high
    wider = tar_intervals(pairs, [0.1], replicates=200, confidence=0.99)[0]
    assert wider.low <= found[0].low < found[0].high <= wider.high


def test_hardest_impostors_are_enough() -> None:
    """Few impostors and all give the same rate; too few say so, as do all that are needed."""
    vectors, labels = made_up(40, 4, seed=2)
    whole, few = (pairs_of_embeddings(vectors, labels, share=share) for share in (1.0, 0.6))
    assert equal_error_interval(few, replicates=60) == equal_error_interval(whole, replicates=60)
    for interval in (
        area_interval(whole, replicates=60),
        d_prime_interval(whole, replicates=60),
        threshold_intervals(few, [0.1], replicates=60)[0],
    ):
        assert interval.low < interval.estimate < interval.high
    tenth = pairs_of_embeddings(vectors, labels, share=0.01)
    for figure in (area_interval, d_prime_interval, equal_error_interval):
        with pytest.raises(InputError, match="hardest impostors do not reach the"):
            figure(tenth, replicates=2)


def test_mean_interval_weighs_by_people() -> None:
    random = np.random.default_rng(0)
    people = random.integers(0, 9, (60, 2))
    values = random.random(60)
    found = mean_interval(values, people, replicates=50, seed=5)
    slow = []
    for draw in people_draws(9, replicates=50, seed=5):
        copies = []
        for value, (a, b) in zip(values, people, strict=True):
            copies += [value] * int(draw[a] if a == b else draw[a] * draw[b])
        slow.append(np.mean(copies))
    assert (found.low, found.high) == pytest.approx(np.percentile(slow, [2.5, 97.5]))
    assert found.estimate == pytest.approx(values.mean())
    one = mean_interval(values, people[:, 0], replicates=50)
    assert one == mean_interval(values, people[:, [0, 0]], replicates=50)


def test_people_make_the_interval_wider_than_pairs_do() -> None:
    """Twenty equal trials of a person are worth one."""
    right = np.random.default_rng(0).random(50) < 0.7
    few = mean_interval(right, np.arange(50))
    many = mean_interval(np.repeat(right, 20), np.repeat(np.arange(50), 20))
    assert (few.low, few.high) == pytest.approx((many.low, many.high))
    assert few.high - few.low > 0.2


def test_coverage_of_the_true_accept_rate() -> None:
    """Loose, as it is small: 120 worlds of 40 people; the nominal 95 % may be 88 to 100."""
    far = 0.1
    vectors, labels = made_up(500, 4, seed=100)
    truth = tar_intervals(pairs_of_embeddings(vectors, labels, share=0.2), [far], replicates=1)[
        0
    ].estimate
    held = 0
    for seed in range(120):
        pairs = pairs_of_embeddings(*made_up(40, 4, seed=seed), share=0.5)
        (interval,) = tar_intervals(pairs, [far], replicates=150, seed=seed)
        held += interval.low <= truth <= interval.high
    assert held / 120 >= 0.88


def test_wrong_arguments() -> None:
    vectors, labels = made_up(6, 2, seed=0)
    pairs = pairs_of_embeddings(vectors, labels, share=0.1)
    with pytest.raises(InputError, match=r"hardest impostors do not reach far=0\.5"):
        tar_intervals(pairs, [0.5])
    with pytest.raises(InputError, match="the pairs reach down to"):
        rate_intervals(pairs, -1.0)
    for fars in ([], [0.0], [1.0]):
        with pytest.raises(InputError, match="fars"):
            tar_intervals(pairs, fars)
    for confidence in (0.0, 1.0):
        with pytest.raises(InputError, match="a confidence in"):
            tar_intervals(pairs, [0.01], confidence=confidence, replicates=2)
    with pytest.raises(InputError, match="two images of somebody"):
        pairs_of_embeddings(vectors, np.arange(12))
    with pytest.raises(InputError, match="replicates: expected at least 1"):
        mean_interval(np.zeros(3), np.arange(3), replicates=0)
    with pytest.raises(InputError, match="two people"):
        mean_interval(np.zeros(3), np.zeros(3, int))
    with pytest.raises(InputError, match="finite"):
        mean_interval(np.array([np.nan, 1]), np.arange(2))
    for people in (np.arange(4), np.zeros((3, 3), int), np.zeros(3)):
        with pytest.raises(InputError, match="values, people"):
            mean_interval(np.zeros(3), people)
    same = np.array([True, False])
    with pytest.raises(InputError, match="row 1 contradicts"):
        pairs_of_list(np.zeros(2), same, np.array([[0, 0], [1, 1]]))
    with pytest.raises(InputError, match="people: expected int"):
        pairs_of_list(np.zeros(2), same, np.zeros(2, int))
    few = pairs_of_list(np.array([1.0, 0.0]), same, np.array([[0, 0], [1, 2]]))
    with pytest.raises(InputError, match="bootstrap draws have both kinds"):
        area_interval(few, replicates=100)


def test_a_share_of_very_few_people_is_bounded_by_their_number() -> None:
    same = np.array([True, False])
    few = pairs_of_list(np.array([1.0, 0.0]), same, np.array([[0, 0], [1, 2]]))
    (interval,) = tar_intervals(few, [0.4], replicates=100)
    assert interval.method == "wilson"
    assert interval.estimate == interval.high == 1
    assert interval.low < 0.5
