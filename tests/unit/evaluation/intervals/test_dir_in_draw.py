"""DIR in a draw against the searches written out, ties and other ranks included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.evaluation.intervals.dir_in_draw import DirInDraw
from facemetric.evaluation.metrics import Searches, dir_at_fpir, search_outcomes

ENROLLED, PEOPLE = 6, 11


def made_up(seed: int, digits: int) -> tuple[Searches, np.ndarray]:
    random = np.random.default_rng(seed)
    gallery = np.arange(ENROLLED)
    # Everybody once, some again.
    probes = np.concatenate([np.arange(PEOPLE), random.integers(0, PEOPLE, 20)])
    scores = random.normal(1.5 * (probes[:, None] == gallery)).round(digits)
    return search_outcomes(scores, probes, gallery), probes


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    digits=st.integers(0, 2),
    rank=st.integers(1, 3),
    fpir=st.floats(0.01, 0.8),
)
def test_equal_to_the_searches_written_out(seed: int, digits: int, rank: int, fpir: float) -> None:
    searches, probes = made_up(seed, digits)
    find = DirInDraw(searches, probes, fpir, rank=rank)
    assert find.people == PEOPLE
    assert find(np.ones(PEOPLE)) == pytest.approx(dir_at_fpir(searches, fpir, rank=rank).dir)
    draw = np.random.default_rng(seed).multinomial(PEOPLE, np.full(PEOPLE, 1 / PEOPLE))
    rows = [row for row, person in enumerate(probes) for _ in range(draw[person])]
    drawn = searches.take(np.array(rows))
    if drawn.mated.all() or not drawn.mated.any():
        assert np.isnan(find(draw.astype(float)))
    else:
        wanted = dir_at_fpir(drawn, fpir, rank=rank).dir
        assert find(draw.astype(float)) == pytest.approx(wanted)


def test_without_a_kind_of_probe_there_is_no_rate() -> None:
    searches, probes = made_up(0, 2)
    find = DirInDraw(searches, probes, 0.1)
    assert np.isnan(find((np.arange(PEOPLE) < ENROLLED).astype(float)))
    assert np.isnan(find((np.arange(PEOPLE) >= ENROLLED).astype(float)))


def test_what_cannot_be_asked_is_refused() -> None:
    searches, probes = made_up(0, 2)
    with pytest.raises(InputError, match=r"\(0, 1\)"):
        DirInDraw(searches, probes, 1.0)
    with pytest.raises(InputError, match="expected"):
        DirInDraw(searches, probes[:-1], 0.1)
