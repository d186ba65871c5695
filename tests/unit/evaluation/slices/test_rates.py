from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.evaluation.slices import (
    MIXED,
    DecidedPairs,
    Slices,
    decide_all,
    decide_list,
    group_slices,
    trait_slices,
)
from facemetric.evaluation.slices.counts import count_pairs


def made(seed: int, *, people: int = 12, each: int = 4) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    centres = random.normal(size=(people, 8))
    who = np.repeat(np.arange(people), each)
    vectors = centres[who] + 0.8 * random.normal(size=(len(who), 8))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), who


def whole_list(vectors: np.ndarray, who: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = np.array(list(combinations(range(len(who)), 2)))
    scores = np.einsum("pd,pd->p", vectors[rows[:, 0]], vectors[rows[:, 1]], dtype=np.float64)
    return scores, who[rows[:, 0]] == who[rows[:, 1]], rows


def by_hand(
    pairs: tuple[np.ndarray, np.ndarray, np.ndarray],
    number: np.ndarray,
    threshold: float,
    *,
    mixed: bool,
    slices: int,
    weight: np.ndarray | None = None,
) -> tuple[Counter[tuple[int, str]], int]:
    """Count with a loop; ``weight`` says how often each pair comes."""
    counts: Counter[tuple[int, str]] = Counter()
    left_out = 0
    for at, (score, same, (i, j)) in enumerate(zip(*pairs, strict=True)):
        if min(number[i], number[j]) < 0:
            left_out += 1
            continue
        here = min(number[i], number[j])
        if mixed and number[i] != number[j]:
            here = slices
        times = 1 if weight is None else weight[at]
        kind = "genuine" if same else "impostor"
        counts[here, kind] += times
        if (score >= threshold) != same:
            counts[here, f"{kind} wrong"] += times
    return counts, left_out


def agree(found: Slices, counts: Counter[tuple[int, str]], labels: list[str]) -> None:
    shown = {one.label: one for one in found.slices}
    for place, label in enumerate(labels):
        if not counts[place, "genuine"] and not counts[place, "impostor"]:
            assert label not in shown
            continue
        one = shown[label]
        assert (one.fnmr.errors, one.fnmr.trials) == (
            counts[place, "genuine wrong"],
            counts[place, "genuine"],
        )
        assert (one.fmr.errors, one.fmr.trials) == (
            counts[place, "impostor wrong"],
            counts[place, "impostor"],
        )


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), unknown=st.integers(0, 10))
def test_both_ways_count_like_a_loop(seed: int, unknown: int) -> None:
    vectors, who = made(seed)
    pairs = whole_list(vectors, who)
    random = np.random.default_rng(seed)
    trait = random.integers(0, 9, len(who)).astype(float)
    trait[:unknown] = np.nan
    groups = [None if np.isnan(v) else "abc"[int(v) % 3] for v in trait]
    of_list = decide_list(*pairs, people=who)
    for decided in (of_list, decide_all(vectors, who, np.arange(len(who)))):
        assert decided.threshold == pytest.approx(of_list.threshold, abs=1e-6)
        assert decided.far == 0.01
        found = trait_slices(decided, trait, replicates=20)
        edges = np.unique(np.nanquantile(trait, [0.25, 0.5, 0.75], method="higher"))
        number = np.where(np.isnan(trait), -1, np.searchsorted(edges, trait, side="right"))
        counts, left_out = by_hand(
            pairs, number, decided.threshold, mixed=False, slices=len(edges) + 1
        )
        labels = [f"below {edges[0]:g}"]
        labels += [f"{a:g} to {b:g}" for a, b in pairwise(edges)]
        agree(found, counts, [*labels, f"{edges[-1]:g} and more"])
        assert found.left_out == left_out

        named = group_slices(decided, groups, replicates=20)
        place = np.array([-1 if g is None else "abc".index(g) for g in groups])
        counts, left_out = by_hand(pairs, place, decided.threshold, mixed=True, slices=3)
        agree(named, counts, ["a", "b", "c", MIXED])
        assert named.left_out == left_out


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10_000), mixed=st.booleans())
def test_a_draw_counts_like_the_pairs_written_out(seed: int, mixed: bool) -> None:
    vectors, who = made(seed, people=6)
    pairs = whole_list(vectors, who)
    random = np.random.default_rng(seed)
    number = random.integers(-1, 3, len(who))
    draw = random.multinomial(6, np.full(6, 1 / 6)).astype(float)
    ends = who[pairs[2]]
    weight = np.where(pairs[1], draw[ends[:, 0]], draw[ends[:, 0]] * draw[ends[:, 1]])
    decided = decide_all(vectors, who, np.arange(len(who)))
    listed = decide_list(*pairs, people=who)
    wanted, _ = by_hand(
        pairs, number, decided.threshold, mixed=mixed, slices=3, weight=weight.astype(int)
    )
    for one in (decided, DecidedPairs(decided.threshold, *_rest(listed, decided.threshold, pairs))):
        counts = count_pairs(one, number, 3, mixed=mixed)
        for table, kind in (
            (counts.fnmr(draw[None]), "genuine"),
            (counts.fmr(draw[None]), "impostor"),
        ):
            for place in range(3 + mixed):
                assert table.trials[0, place] == pytest.approx(wanted[place, kind])
                assert table.errors[0, place] == pytest.approx(wanted[place, f"{kind} wrong"])


def _rest(
    listed: DecidedPairs, threshold: float, pairs: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> tuple[object, ...]:
    scores, same, rows = pairs
    return (
        listed.far,
        listed.genuine,
        scores[same] < threshold,
        rows[(scores >= threshold) & ~same],
        listed.impostors,
        listed.photos,
        listed.people,
    )


def test_a_hard_high_value_is_decided_by_the_higher_of_two() -> None:
    vectors, who = made(1)
    yaw = np.linspace(0, 47, len(who))
    decided = decide_all(vectors, who, np.arange(len(who)))
    found = trait_slices(decided, yaw, worst="highest", bins=2, replicates=20)
    low, high = found.slices
    assert (low.label, high.label) == ("below 24", "24 and more")
    assert low.fnmr.trials == 6 * 6 and high.fnmr.trials == 6 * 6
    assert low.fmr.trials == 24 * 23 // 2 - 36
    assert high.fmr.trials == 48 * 47 // 2 - 24 * 23 // 2 - 36


def test_few_errors_give_a_bound_and_many_an_interval() -> None:
    vectors, who = made(3, people=60)
    decided = decide_all(vectors, who, np.arange(len(who)))
    found = trait_slices(decided, np.arange(len(who)) % 7.0, replicates=50)
    for one in found.slices:
        for rate in (one.fnmr, one.fmr):
            assert rate.rate is not None
            if rate.errors >= 10:
                assert rate.low is not None and rate.high is not None and rate.at_most is None
                assert rate.low <= rate.rate <= rate.high
            else:
                assert rate.low is None and rate.at_most is not None
                assert rate.at_most > rate.rate
    spread = found.fnmr_differential
    assert spread is not None and spread.ratio >= 1 and spread.low <= spread.ratio <= spread.high


def test_without_people_there_are_counts_alone() -> None:
    vectors, who = made(5)
    decided = decide_list(*whole_list(vectors, who))
    found = trait_slices(decided, np.arange(len(who), dtype=float))
    assert all(one.people == 0 for one in found.slices)
    assert all(one.fnmr.low is None and one.fnmr.at_most is None for one in found.slices)
    assert found.fnmr_differential is None


def test_one_value_for_all_gives_fewer_slices() -> None:
    vectors, who = made(6)
    decided = decide_all(vectors, who, np.arange(len(who)))
    found = trait_slices(decided, np.ones(len(who)), replicates=20)
    assert [one.label for one in found.slices] == ["1 and more"]


def test_what_cannot_be_sliced_is_refused() -> None:
    vectors, who = made(7)
    decided = decide_all(vectors, who, np.arange(len(who)))
    with pytest.raises(InputError, match="no photograph of a pair has it"):
        trait_slices(decided, np.full(len(who), np.nan))
    with pytest.raises(InputError, match="2 or more bins"):
        trait_slices(decided, np.ones(len(who)), bins=1)
    with pytest.raises(InputError, match="no photograph of a pair has one"):
        group_slices(decided, [None] * len(who))
    with pytest.raises(InputError, match="two photographs of somebody"):
        decide_all(vectors[::4], who[::4], np.arange(12))
