"""Intervals of rank-k and DIR against the drawn people's probes written out."""

import numpy as np
import pytest

from facemetric.errors import InputError
from facemetric.evaluation.intervals import (
    compare_dir,
    compare_rank,
    dir_interval,
    people_draws,
    rank_interval,
)
from facemetric.evaluation.metrics import Searches, dir_at_fpir, rank_k, search_outcomes


def made_up() -> tuple[Searches, np.ndarray]:
    """Twelve people in the gallery, eight others; three probes of each."""
    random = np.random.default_rng(0)
    gallery, probes = np.arange(12), np.repeat(np.arange(20), 3)
    mates = probes[:, None] == gallery
    scores = random.normal(1.7 * mates) + random.normal(size=20)[probes, None] * 0.5
    return search_outcomes(scores.round(1), probes, gallery), probes


def drawn(searches: Searches, probes: np.ndarray, draw: np.ndarray, people: list) -> Searches:
    rows = []
    for person, times in zip(people, draw, strict=True):
        rows += [row for row in range(len(probes)) if probes[row] == person] * int(times)
    return searches.take(np.array(rows))


def test_dir_and_rank_written_out() -> None:
    searches, probes = made_up()
    found = dir_interval(searches, probes, 0.2, rank=2, replicates=60, seed=3)
    slow = [
        dir_at_fpir(drawn(searches, probes, draw, list(range(20))), 0.2, rank=2).dir
        for draw in people_draws(20, replicates=60, seed=3)
    ]
    assert (found.low, found.high) == pytest.approx(np.percentile(slow, [2.5, 97.5]))
    assert found.estimate == dir_at_fpir(searches, 0.2, rank=2).dir
    assert found.low < found.estimate < found.high
    found = rank_interval(searches, probes, 2, replicates=60, seed=3)
    slow = [
        rank_k(drawn(searches, probes, draw, list(range(12))), 2)
        for draw in people_draws(12, replicates=60, seed=3)
    ]
    assert (found.low, found.high) == pytest.approx(np.percentile(slow, [2.5, 97.5]))
    assert found.estimate == pytest.approx(rank_k(searches, 2))


def test_two_models_on_the_same_probes() -> None:
    searches, probes = made_up()
    worse = Searches(
        searches.mated,
        searches.mate_scores - 1.5,
        searches.stranger_scores,
        np.where(searches.mated, searches.ranks + (np.arange(60) % 2), 0),
    )
    found = compare_dir(searches, worse, probes, 0.2, replicates=60, seed=3)
    slow = [
        dir_at_fpir(drawn(searches, probes, draw, list(range(20))), 0.2).dir
        - dir_at_fpir(drawn(worse, probes, draw, list(range(20))), 0.2).dir
        for draw in people_draws(20, replicates=60, seed=3)
    ]
    low, high = np.percentile(slow, [2.5, 97.5])
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high))
    assert (found.first, found.second) == (
        dir_at_fpir(searches, 0.2).dir,
        dir_at_fpir(worse, 0.2).dir,
    )
    assert compare_dir(searches, searches, probes, 0.2, replicates=20).p_value == 1
    ranks = compare_rank(searches, worse, probes, replicates=60)
    assert ranks.first == pytest.approx(rank_k(searches))
    assert ranks.second == pytest.approx(rank_k(worse))
    assert ranks.difference.low > 0
    for compare in (compare_rank, lambda *rest, **more: compare_dir(*rest, 0.2, **more)):
        with pytest.raises(InputError, match="the same probes and gallery"):
            compare(searches, worse.take(np.arange(30)), probes)


def test_wrong_arguments() -> None:
    searches, probes = made_up()
    with pytest.raises(InputError, match="k: expected at least 1"):
        rank_interval(searches, probes, 0)
    with pytest.raises(InputError, match="k: expected at least 1"):
        compare_rank(searches, searches, probes, 0)
    with pytest.raises(InputError, match="labels: expected int"):
        dir_interval(searches, probes[:-1], 0.2)
    with pytest.raises(InputError, match="one kind"):
        dir_interval(searches.take(searches.mated), probes[searches.mated], 0.2)
    with pytest.raises(InputError, match="two people"):
        rank_interval(searches.take(np.arange(3)), probes[:3])
