"""Closed- and open-set figures against explicit loops over sorted candidate lists."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.evaluation.metrics import (
    Searches,
    cmc,
    dir_at_fpir,
    fnir_at_fpir,
    join_searches,
    open_set_curve,
    rank_k,
    search_outcomes,
)


def made_up(seed: int, *, levels: int = 8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores of few levels, so that ties are common; some probes have no mate."""
    random = np.random.default_rng(seed)
    gallery = random.integers(0, 6, 9)
    probes = np.concatenate(
        [random.choice(gallery, 12), [100, 101, 102], random.choice(gallery, 2)]
    )
    mates = probes[:, None] == gallery
    return random.integers(0, levels, mates.shape) + 3.0 * mates, probes, gallery


def slow_rank(scores: np.ndarray, probe: int, gallery: np.ndarray) -> int:
    """Place of the first mate in the list sorted by score, strangers first where scores tie."""
    order = sorted(range(len(gallery)), key=lambda g: (-scores[g], gallery[g] == probe))
    kinds = [gallery[g] == probe for g in order]
    return kinds.index(True) + 1 if any(kinds) else 0


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 10_000))
def test_ranks_and_cmc(seed: int) -> None:
    scores, probes, gallery = made_up(seed)
    found = search_outcomes(scores, probes, gallery)
    wanted = [slow_rank(row, probe, gallery) for row, probe in zip(scores, probes, strict=True)]
    assert found.ranks.tolist() == wanted
    mated = [rank for rank in wanted if rank]
    rates = cmc(found, max_rank=9)
    for k in range(1, 10):
        assert rates[k - 1] == pytest.approx(sum(rank <= k for rank in mated) / len(mated))
    assert rank_k(found) == rates[0]
    assert rank_k(found, 9) == 1


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 10_000), st.floats(0.01, 0.99), st.integers(1, 3))
@example(3548, 0.75, 2)  # a mate scores between the two strangers
def test_open_set(seed: int, fpir: float, rank: int) -> None:
    scores, probes, gallery = made_up(seed)
    found = search_outcomes(scores, probes, gallery)
    point = dir_at_fpir(found, fpir, rank=rank)

    def rates(threshold: float) -> tuple[float, float]:
        false, right, mated, others = 0, 0, 0, 0
        for row, probe in zip(scores, probes, strict=True):
            place = slow_rank(row, probe, gallery)
            if place:
                mated += 1
                best = max(row[gallery == probe])
                right += place <= rank and best >= threshold
            else:
                others += 1
                false += max(row) >= threshold
        return false / others, right / mated

    assert (point.fpir_measured, point.dir) == pytest.approx(rates(point.threshold))
    assert point.fpir_measured <= fpir
    cuts = [cut for cut in [*np.unique(scores), np.inf] if rates(cut)[0] <= fpir]
    assert point.dir == pytest.approx(rates(min(cuts))[1])
    # The threshold lies midway between the stranger rejected and the next score that counts.
    strangers = {max(row) for row, p in zip(scores, probes, strict=True) if p not in gallery}
    rejected = max(score for score in strangers if rates(score)[0] > fpir)
    mates = found.mate_scores[found.mated & (found.ranks <= rank)]
    above = [score for score in [*strangers, *mates] if score > rejected]
    middle = (rejected + min(above)) / 2 if above else np.nextafter(rejected, np.inf)
    assert point.threshold == middle
    assert fnir_at_fpir(found, fpir, rank=rank) == point.fnir == 1 - point.dir
    assert (point.mated, point.non_mated) == (found.mated.sum(), (~found.mated).sum())
    curve = open_set_curve(found, rank=rank)
    for threshold, a, b in zip(curve.thresholds, curve.fpir, curve.dir, strict=True):
        assert (a, b) == pytest.approx(rates(threshold))
    assert np.array_equal(curve.fnir, 1 - curve.dir)


def test_searches_in_parts_are_the_whole() -> None:
    scores, probes, gallery = made_up(5)
    whole = search_outcomes(scores, probes, gallery)
    rows = [slice(0, 4), slice(4, 17)]
    joined = join_searches(search_outcomes(scores[r], probes[r], gallery) for r in rows)
    for name in Searches.__slots__:
        assert np.array_equal(getattr(joined, name), getattr(whole, name))
    assert len(whole.take(whole.mated)) == whole.mated.sum()
    assert len(whole) == 17


def test_support_counts_non_mated_probes() -> None:
    scores = np.random.default_rng(0).random((120, 2))
    probes = np.concatenate([np.zeros(20, int), np.arange(100) + 5])
    found = search_outcomes(scores, probes, np.array([0, 1]))
    assert dir_at_fpir(found, 0.1).supported
    assert not dir_at_fpir(found, 0.05).supported


def test_wrong_arguments() -> None:
    scores, probes, gallery = made_up(0)
    found = search_outcomes(scores, probes, gallery)
    for wrong in (scores[0], scores[:, :0]):
        with pytest.raises(InputError, match="scores: expected"):
            search_outcomes(wrong, probes, gallery)
    with pytest.raises(InputError, match="finite"):
        search_outcomes(scores * np.nan, probes, gallery)
    with pytest.raises(InputError, match="labels: expected int"):
        search_outcomes(scores, probes[:-1], gallery)
    for max_rank in (0, -1):
        with pytest.raises(InputError, match="at least 1"):
            cmc(found, max_rank=max_rank)
    with pytest.raises(InputError, match="rank: expected at least 1"):
        dir_at_fpir(found, 0.1, rank=0)
    with pytest.raises(InputError, match="one kind"):
        dir_at_fpir(found.take(found.mated), 0.1)
    with pytest.raises(InputError, match="with a mate"):
        cmc(found.take(~found.mated), max_rank=1)
    with pytest.raises(InputError, match="at least one part"):
        join_searches([])
