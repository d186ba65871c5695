from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.bundle import Calibration, OperatingPoint
from facemetric.decide import manual_threshold, threshold_for
from facemetric.errors import CalibrationError, InputError

from .conftest import manifest_of


def _calibration(
    rates: dict[float, float], *, flip: bool = True, pairs: int = 90_000_000, data: str = "faces"
) -> Calibration:
    points = tuple(
        OperatingPoint(
            far=far, similarity=value, far_low=far * 0.9, far_high=far * 1.1, impostor_pairs=pairs
        )
        for far, value in rates.items()
    )
    return Calibration(data=data, flip=flip, people=3059, points=points)


TABLE = {1e-1: 0.2, 1e-2: 0.3, 1e-3: 0.4, 1e-4: 0.5}


@pytest.mark.parametrize(("far", "similarity"), [(1e-3, 0.4), (5e-3, 0.4), (0.5, 0.2), (1e-4, 0.5)])
def test_the_lowest_threshold_that_keeps_the_rate_is_chosen(far: float, similarity: float) -> None:
    threshold = threshold_for(manifest_of(_calibration(TABLE)), far=far, flip=True)
    assert threshold.similarity == similarity
    assert threshold.far <= far
    assert threshold.far_high == pytest.approx(threshold.far * 1.1)
    assert threshold.flip is True
    assert threshold.supported


def test_the_source_is_a_phrase_for_people() -> None:
    calibration = _calibration(TABLE, data="CelebA, 3,059 people")
    assert threshold_for(manifest_of(calibration), far=1e-3, flip=True).source == (
        "FAR 0.001 on CelebA, 3,059 people (90,000,000 impostor pairs, 3,059 people, "
        "with flip averaging)"
    )


@settings(deadline=None, max_examples=60)
@given(far=st.floats(1e-4, 1.0), low=st.floats(1e-4, 1.0))
def test_a_stricter_rate_never_lowers_the_threshold(far: float, low: float) -> None:
    manifest = manifest_of(_calibration(TABLE))
    far, low = max(far, low), min(far, low)
    easy = threshold_for(manifest, far=far, flip=True)
    hard = threshold_for(manifest, far=low, flip=True)
    assert hard.similarity >= easy.similarity
    assert hard.far <= low * (1 + 1e-9)


def test_a_rate_below_the_table_names_what_is_supported() -> None:
    with pytest.raises(CalibrationError) as caught:
        threshold_for(manifest_of(_calibration(TABLE)), far=1e-6, flip=True)
    assert str(caught.value) == (
        "net: far=1e-06 needs 10,000,000 impostor pairs (10/FAR) and a point in the table; the "
        "calibration has 90,000,000 pairs and supports 0.1, 0.01, 0.001, 0.0001. Ask for one of "
        "those rates, or pass a threshold of your own (threshold=, --threshold)"
    )


def test_a_point_of_too_few_pairs_is_not_support() -> None:
    manifest = manifest_of(_calibration(TABLE, pairs=3000))
    assert threshold_for(manifest, far=1e-2, flip=True).similarity == 0.3
    with pytest.raises(CalibrationError, match=r"needs 100,000 impostor pairs \(10/FAR\).*3,000"):
        threshold_for(manifest, far=1e-4, flip=True)
    with pytest.raises(CalibrationError, match="supports no rate"):
        threshold_for(manifest_of(_calibration(TABLE, pairs=9)), far=1e-1, flip=True)


def test_flip_must_be_the_embeddings_own() -> None:
    manifest = manifest_of(
        _calibration(TABLE), _calibration({1e-3: 0.45}, flip=False, data="plain faces")
    )
    assert threshold_for(manifest, far=1e-3, flip=False).similarity == 0.45
    with pytest.raises(CalibrationError, match=r"only with flip averaging.*\(flip=True, --flip\)"):
        threshold_for(manifest_of(_calibration(TABLE)), far=1e-3, flip=False)


def test_no_calibration_gives_no_threshold() -> None:
    with pytest.raises(
        CalibrationError,
        match=r"net: the bundle has no calibration.*of your own \(threshold=, --threshold\)",
    ):
        threshold_for(manifest_of(), far=1e-3, flip=True)


def test_the_larger_of_two_calibrations_is_taken() -> None:
    small = _calibration({1e-3: 0.7}, pairs=20_000, data="few faces")
    manifest = manifest_of(small, _calibration(TABLE))
    assert threshold_for(manifest, far=1e-3, flip=True).similarity == 0.4


@pytest.mark.parametrize("far", [0.0, -1e-3, 1.5, np.nan])
def test_a_rate_must_be_a_rate(far: float) -> None:
    with pytest.raises(InputError, match="far: expected a rate"):
        threshold_for(manifest_of(_calibration(TABLE)), far=far, flip=True)


def test_a_threshold_by_hand_says_so() -> None:
    threshold = manual_threshold(0.4)
    assert threshold.far is None
    assert not threshold.supported
    assert threshold.source == "given by hand, no calibration"
    assert threshold.distance == pytest.approx(1.2)
    assert threshold.accepts(0.4)
    assert not threshold.accepts(0.3999)


@pytest.mark.parametrize("value", [1.2, -3, np.nan])
def test_a_threshold_by_hand_is_a_cosine(value: float) -> None:
    with pytest.raises(InputError, match=r"threshold: expected a cosine.*pass 1 - d / 2"):
        manual_threshold(value)
