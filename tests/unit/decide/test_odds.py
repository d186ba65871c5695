from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.bundle import Calibration, LikelihoodRatios, OperatingPoint, SearchPoint
from facemetric.decide import (
    Odds,
    OddsTable,
    Ranked,
    decide_who,
    manual_threshold,
    odds_table,
    stranger_risk_of,
    threshold_for_gallery,
    verify,
)
from facemetric.errors import CalibrationError

from .conftest import manifest_of

RATES = {1e-1: 0.2, 1e-2: 0.3, 1e-3: 0.4, 1e-4: 0.5}


def _calibration(
    *, pairs: int = 1_000_000, searches: tuple[SearchPoint, ...] = (), flip: bool = True
) -> Calibration:
    return Calibration(
        data="faces",
        flip=flip,
        people=900,
        points=tuple(
            OperatingPoint(
                far=far,
                similarity=value,
                far_low=far * 0.8,
                far_high=far * 1.25,
                impostor_pairs=pairs,
            )
            for far, value in RATES.items()
        ),
        searches=searches,
        likelihood_ratios=LikelihoodRatios(
            method="isotonic",
            table=((0.1, -2.0), (0.3, 0.0), (0.5, 4.0)),
            cllr=0.1,
            min_cllr=0.09,
            genuine_pairs=1000,
            impostor_pairs=pairs,
        ),
    )


def _search(fpir: float, gallery: int, similarity: float) -> SearchPoint:
    return SearchPoint(
        fpir=fpir,
        gallery=gallery,
        similarity=similarity,
        fpir_low=fpir * 0.9,
        fpir_high=fpir * 1.1,
        searches=20_000,
    )


@pytest.mark.parametrize(
    ("similarity", "rate", "text", "ratio"),
    [
        (0.5, 1e-4, "1 in 10,000", "at least 10,000 times likelier for one person"),
        (0.4, 1e-3, "1 in 1,000", "100 times likelier for one person"),
        (0.35, 10**-2.5, "1 in 310", "10 times likelier for one person"),
        (0.9, 1e-4, "fewer than 1 in 10,000", "at least 10,000 times likelier for one person"),
        (0.1, 1e-1, "more than 1 in 10", "at least 100 times likelier for two people"),
        (0.2, 1e-1, "1 in 10", "10 times likelier for two people"),
    ],
)
def test_odds_in_words(similarity: float, rate: float, text: str, ratio: str) -> None:
    odds = OddsTable(_calibration()).at(similarity)
    assert odds.stranger_rate == pytest.approx(rate)
    bound = 1.0 if odds.rate_limit == "at_least" else rate * 1.25
    assert odds.stranger_rate_high == pytest.approx(bound)
    assert odds.rate_text == text
    assert odds.lr_text == ratio
    assert odds.source == "faces (1,000,000 pairs of strangers, 900 people)"


@settings(deadline=None, max_examples=80)
@given(low=st.floats(-1, 1), high=st.floats(-1, 1))
def test_more_alike_is_never_commoner(low: float, high: float) -> None:
    low, high = sorted((low, high))
    table = OddsTable(_calibration())
    one, other = table.at(low), table.at(high)
    assert other.stranger_rate <= one.stranger_rate * (1 + 1e-12)
    assert other.log10_lr >= one.log10_lr
    for odds in (one, other):
        assert 1e-4 <= odds.stranger_rate <= 1e-1
        assert -2 <= odds.log10_lr <= 4
        assert odds.one_in <= 1 / odds.stranger_rate * (1 + 1e-9)


def test_points_without_support_say_nothing() -> None:
    # 50,000 pairs support 1e-3 and not 1e-4.
    odds = OddsTable(_calibration(pairs=50_000)).at(0.9)
    assert odds.rate_text == "fewer than 1 in 1,000"
    assert odds_table(manifest_of(_calibration(pairs=50)), flip=True) is None
    assert odds_table(manifest_of(_calibration()), flip=False) is None
    assert odds_table(manifest_of(), flip=True) is None


def test_the_larger_calibration_is_asked() -> None:
    table = odds_table(manifest_of(_calibration(pairs=200_000), _calibration()), flip=True)
    assert table is not None
    assert table.at(0.5).source.startswith("faces (1,000,000 pairs")


def test_the_rate_among_many_is_the_bound() -> None:
    odds = OddsTable(_calibration()).at(0.4)
    assert odds.rate_among(100) == pytest.approx(1 - (1 - 1.25e-3) ** 100)
    assert odds.rate_among(0) == 0
    certain = Odds(1.0, 1.0, None, None, None, "x")
    assert certain.rate_among(3) == 1
    assert certain.lr_text is None


def test_decisions_carry_the_odds() -> None:
    table = odds_table(manifest_of(_calibration()), flip=True)
    one = np.array([1.0, 0, 0, 0])
    other = np.array([0.4, np.sqrt(1 - 0.16), 0, 0])
    answer = verify(one, other, manual_threshold(0.3), odds=table)
    assert answer.odds is not None
    assert answer.odds.rate_text == "1 in 1,000"
    assert verify(one, other, manual_threshold(0.3)).odds is None
    named = decide_who((Ranked("anna", 0.4, 0.4),), manual_threshold(0.3), compared=7, odds=table)
    assert named.odds == table.at(0.4)
    assert named.stranger_rate == pytest.approx(table.at(0.4).rate_among(7))
    assert decide_who((), manual_threshold(0.3), compared=0, odds=table).odds is None


def test_a_gallery_that_was_measured_needs_less() -> None:
    searches = (
        _search(1e-1, 10, 0.25),
        _search(1e-2, 10, 0.35),
        _search(1e-1, 100, 0.34),
        _search(5e-3, 100, 0.44),
    )
    manifest = manifest_of(_calibration(searches=searches))
    chosen = threshold_for_gallery(manifest, compared=60, stranger_risk=0.01, flip=True)
    # The bound needs FAR 1e-4: 1 - (1 - 1.25e-4)^60 = 0.0075.
    assert chosen.similarity == 0.44
    assert chosen.gallery == 100
    assert chosen.fpir_high == pytest.approx(5.5e-3)
    assert chosen.source == (
        "FPIR 0.005 measured in galleries of 100 people on faces (20,000 photographs of "
        "strangers looked up, 900 people, with flip averaging)"
    )
    assert chosen.far == pytest.approx(OddsTable(_calibration()).at(0.44).stranger_rate)
    assert stranger_risk_of(chosen, 60) == pytest.approx(5.5e-3)
    assert stranger_risk_of(chosen, 101) == pytest.approx(11e-3)


def test_beyond_the_measured_galleries_the_bound_says_what_it_takes() -> None:
    manifest = manifest_of(_calibration(searches=(_search(1e-1, 10, 0.25),)))
    chosen = threshold_for_gallery(manifest, compared=60, stranger_risk=0.01, flip=True)
    assert (chosen.similarity, chosen.gallery) == (0.5, None)
    assert chosen.source.endswith(
        "extrapolated to 60 samples as if their comparisons were independent"
    )
    with pytest.raises(CalibrationError, match="need a lower false-accept rate"):
        threshold_for_gallery(manifest, compared=10**6, stranger_risk=0.01, flip=True)


def test_searches_reach_where_the_bound_does_not() -> None:
    manifest = manifest_of(_calibration(searches=(_search(5e-3, 1000, 0.6),)))
    chosen = threshold_for_gallery(manifest, compared=1000, stranger_risk=0.01, flip=True)
    assert chosen.similarity == 0.6
    # Too few photographs were looked up for the rate: not measured.
    few = _search(5e-3, 1000, 0.6).model_copy(update={"searches": 900})
    with pytest.raises(CalibrationError):
        threshold_for_gallery(
            manifest_of(_calibration(searches=(few,))), compared=1000, stranger_risk=0.01, flip=True
        )


def test_below_the_loosest_threshold_nothing_bounds_the_rate() -> None:
    told = OddsTable(_calibration()).at(0.1)
    assert (told.rate_limit, told.stranger_rate) == ("at_least", 0.1)
    assert told.stranger_rate_high == told.rate_among(1) == 1.0
    assert OddsTable(_calibration()).at(0.2).stranger_rate_high == pytest.approx(0.125)
