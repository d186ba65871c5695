from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.bundle import Calibration, Manifest, OperatingPoint
from facemetric.decide import (
    Threshold,
    safest_threshold,
    stranger_risk_of,
    threshold_for_gallery,
)
from facemetric.errors import CalibrationError, InputError

from .conftest import manifest_of

TABLE = {1e-2: 0.3, 1e-3: 0.4, 1e-4: 0.5, 1e-5: 0.6}


def _manifest(table: dict[float, float] = TABLE, pairs: int = 90_000_000) -> Manifest:
    points = [
        OperatingPoint(
            far=far, similarity=value, far_low=far * 0.8, far_high=far * 1.2, impostor_pairs=pairs
        )
        for far, value in table.items()
    ]
    return manifest_of(Calibration(data="faces", flip=True, people=3059, points=tuple(points)))


@settings(deadline=None, max_examples=60)
@given(compared=st.integers(0, 800), wanted=st.floats(1e-2, 0.5))
def test_the_chosen_threshold_keeps_the_risk_and_no_lower_one_does(
    compared: int, wanted: float
) -> None:
    threshold = threshold_for_gallery(
        _manifest(), compared=compared, stranger_risk=wanted, flip=True
    )
    assert stranger_risk_of(threshold, max(compared, 1)) <= wanted
    for far, value in TABLE.items():
        if value < threshold.similarity:
            assert 1 - (1 - far * 1.2) ** max(compared, 1) > wanted


def test_a_larger_gallery_needs_a_higher_threshold() -> None:
    values = [
        threshold_for_gallery(_manifest(), compared=n, stranger_risk=0.02, flip=True).similarity
        for n in (1, 10, 100, 1000)
    ]
    assert values == [0.3, 0.4, 0.5, 0.6]


def test_a_gallery_too_large_for_the_calibration_is_told() -> None:
    with pytest.raises(CalibrationError, match=r"1,000,000 samples .*Accept a higher"):
        threshold_for_gallery(_manifest(), compared=10**6, stranger_risk=0.01, flip=True)
    with pytest.raises(CalibrationError, match=r"give a stranger risk of 0\.012 at the strictest"):
        threshold_for_gallery(_manifest(), compared=1000, stranger_risk=0.011, flip=True)


def test_the_error_names_a_risk_that_can_be_had() -> None:
    with pytest.raises(CalibrationError) as caught:
        threshold_for_gallery(_manifest(), compared=1000, stranger_risk=0.011, flip=True)
    named = re.search(r"stranger risk, ([\d.]+) or more", str(caught.value))
    assert named is not None
    least = float(named[1])
    found = threshold_for_gallery(_manifest(), compared=1000, stranger_risk=least, flip=True)
    assert stranger_risk_of(found, 1000) <= least < 1.1 * stranger_risk_of(found, 1000)


def test_no_risk_is_named_where_every_stranger_is_likely_named() -> None:
    with pytest.raises(CalibrationError, match=r"Accept a higher stranger risk \("):
        threshold_for_gallery(_manifest(), compared=10**6, stranger_risk=0.01, flip=True)


@pytest.mark.parametrize("compared", [0, 1, 50, 10**4, 10**7])
def test_the_safest_threshold_has_the_lowest_risk(compared: int) -> None:
    safest = safest_threshold(_manifest(), compared=compared, flip=True)
    assert safest is not None
    assert safest.similarity == max(TABLE.values())
    assert safest_threshold(_manifest(), compared=compared, flip=False) is None


@pytest.mark.parametrize("risk", [0.0, 1.0, -1.0])
def test_a_risk_is_a_chance(risk: float) -> None:
    with pytest.raises(InputError, match="stranger_risk: expected a chance"):
        threshold_for_gallery(_manifest(), compared=5, stranger_risk=risk, flip=True)


def test_a_rate_of_one_accepts_every_stranger() -> None:
    assert stranger_risk_of(Threshold(-1.0, 1.0, "test", far_high=1.0), 3) == 1.0
    assert stranger_risk_of(Threshold(-1.0, 1.0, "test", far_high=1.0), 0) == 0.0
